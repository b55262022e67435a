"""The running sums are the same, however the changes came, and show what does not add up."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from audit.books import Books, Leads, Summary, read_books
from chassis.keys.keyring import MemoryKeyRing
from chassis.store.memory import MemoryStore
from chassis.write.repository import Repository
from schemas.complaint.lifecycle import CloseReason, Status
from support.inbox import T0
from support.lives import answered, confirmed, filed, joined, lapsed, named, part_of, routed, write

SUMMARIES = st.builds(
    Summary,
    part=st.booleans(),
    status=st.sampled_from(Status),
    holder=st.sampled_from(["router", "agency:a"]),
    closed=st.sampled_from(CloseReason),
    lead=st.sampled_from([UUID(int=1), UUID(int=2)]),
)


@given(st.lists(st.tuples(st.integers(0, 5), SUMMARIES), max_size=30))
def test_moving_each_complaint_on_counts_as_counting_only_where_each_is_now(moves: list[tuple[int, Summary]]) -> None:
    walked, present = Books(), dict[int, Summary]()
    for complaint, now in moves:
        walked.change(present.get(complaint), now)
        present[complaint] = now
    straight = Books()
    for one in present.values():
        straight.change(None, one)

    leads: Leads = {UUID(int=1): True, UUID(int=2): False}
    told = walked.totals(7, leads)
    assert told == straight.totals(7, leads)
    assert told["balanced"] is True
    assert told["filed"] == sum(not one.part for one in present.values())


def test_open_and_held_by_nobody_does_not_balance() -> None:
    books = Books()
    books.change(None, Summary(part=False, status=Status.ROUTED, holder="nobody", closed=None, lead=None))
    assert books.totals(0, {})["balanced"] is False


def test_following_a_lead_that_does_not_exist_does_not_balance() -> None:
    books = Books()
    books.change(None, Summary(part=False, status=Status.JOINED, holder="lead", closed=None, lead=UUID(int=1)))
    assert books.totals(0, {})["balanced"] is False


async def test_the_store_tells_its_own_books() -> None:
    repository = Repository(MemoryStore(lambda: T0, UUID(int=1)), MemoryKeyRing(), "intake")
    await write(repository, named("held"), filed(1), routed())
    await write(repository, named("said"), filed(2), routed(), answered(), confirmed())
    await write(repository, named("silent"), filed(3), routed(), answered(), lapsed())
    await write(repository, named("follower"), filed(4), joined(named("held")))
    await write(repository, named("late follower"), filed(5), joined(named("said")))
    await write(repository, named("part"), part_of(named("held")))
    assert await read_books(repository) == {
        "position": "15",
        "filed": 5,
        "open": {"agency:kota-bandung": 1},
        "joined": {"to_open_lead": 1, "to_closed_lead": 1},
        "closed": {"confirmed": 1, "silence": 1},
        "parts": {"open": 1, "closed": 0},
        "balanced": True,
    }
