"""The sweep delivers from the store what the agent missed, and the topics are provisioned."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial

import pytest

from agency_inbox import views
from agency_inbox.context import Inbox
from agency_inbox.delivery import TopicIds
from agency_inbox.reaction import Delivery
from agency_inbox.sweep import AgencyTopicProvisioner, plan
from chassis.base.clock import FixedClock
from chassis.sweep.sweep import Sweep
from schemas.events.intake import ComplaintWithdrawn, PersonalDataErased
from schemas.events.registry import AgencyRegistered
from schemas.reference.load import policies
from support.background_tasks import impatient
from support.inbox import CITY, PLN, ROADS, T0, complaint, detail, filed, keep, keep_registry, merged, routed
from support.memory_postbox import MemoryPostbox

HELD = (filed(), routed())
GRACE = timedelta(seconds=30)


class Kept:
    """The provisioner's topics over a memory postbox."""

    def __init__(self, postbox: MemoryPostbox) -> None:
        self._postbox = postbox

    async def keep(self, agencies: Collection[str]) -> None:
        await self._postbox.topics(agencies)

    def known(self) -> TopicIds:
        return self._postbox.known()


@pytest.fixture
def sweep(inbox: Inbox, delivery: Delivery, postbox: MemoryPostbox) -> Sweep:
    return Sweep(
        inbox.database,
        inbox.repository,
        inbox.clock,
        plan=plan(postbox.known, GRACE, policies()),
        react=partial(delivery.deliver_overdue, GRACE),
        tables=views.SWEEP,
        retry_policy=impatient(),
    )


@pytest.fixture
def keeper(inbox: Inbox, sweep: Sweep, postbox: MemoryPostbox) -> AgencyTopicProvisioner:
    return AgencyTopicProvisioner(Kept(postbox), inbox.registry, sweep, inbox.database)


async def told(inbox: Inbox, *indexes: int) -> None:
    for index in indexes:
        await keep(inbox.repository.store, inbox.repository, complaint(index), HELD)


async def look(sweep: Sweep) -> int:
    await sweep.feed()
    return await sweep.once()


async def test_what_the_agent_missed_is_delivered_once_after_the_grace(
    inbox: Inbox, sweep: Sweep, postbox: MemoryPostbox, clock: FixedClock
) -> None:
    await told(inbox, 0, 1)
    assert await look(sweep) == 0
    clock.advance(timedelta(seconds=31))
    assert await look(sweep) == 2
    assert len(postbox.records[PLN]) == 2
    assert await look(sweep) == 0


async def test_recent_news_of_an_old_complaint_is_left_to_the_agent(
    inbox: Inbox, sweep: Sweep, postbox: MemoryPostbox, clock: FixedClock
) -> None:
    await told(inbox, 0)
    clock.advance(timedelta(hours=1))
    await look(sweep)
    await keep(inbox.repository.store, inbox.repository, complaint(), [detail(at=clock.now())])
    await look(sweep)
    assert len(postbox.records[PLN]) == 1
    clock.advance(timedelta(seconds=31))
    await look(sweep)
    assert len(postbox.records[PLN]) == 2


async def test_after_a_wipe_every_open_complaint_gets_one_new_message(
    inbox: Inbox, sweep: Sweep, keeper: AgencyTopicProvisioner, postbox: MemoryPostbox, clock: FixedClock
) -> None:
    await told(inbox, 0, 1, 2)
    await keep(inbox.repository.store, inbox.repository, complaint(2), [ComplaintWithdrawn(at=T0)])
    clock.advance(timedelta(minutes=1))
    await look(sweep)
    assert await keeper.once() == 0
    postbox.wipe()
    assert await keeper.once() == 2
    assert await look(sweep) == 2
    assert len(postbox.records[PLN]) == 2
    assert (await keeper.once(), await look(sweep)) == (0, 0)


async def test_the_message_of_an_erasure_is_sent_again_after_each_segment_and_then_no_more(
    inbox: Inbox, sweep: Sweep, postbox: MemoryPostbox, clock: FixedClock
) -> None:
    gone = [ComplaintWithdrawn(at=T0, cause="erasure"), PersonalDataErased(at=T0)]
    await keep(inbox.repository.store, inbox.repository, complaint(), [*HELD, *gone])
    clock.advance(timedelta(minutes=1))
    sent = []
    for _ in range(5):
        for _ in range(2):
            await look(sweep)
        sent.append(len(postbox.records[PLN]))
        clock.advance(timedelta(days=1, minutes=1))
    assert sent == [1, 2, 3, 3, 3]
    assert {dict(message.headers)["ce_type"] for message in postbox.records[PLN]} == {b"complaint.erased"}
    assert len({dict(message.headers)["ce_id"] for message in postbox.records[PLN]}) == 1


async def test_agencies_whose_topic_was_lost_after_an_erasure_are_told_again_and_once(
    inbox: Inbox, sweep: Sweep, keeper: AgencyTopicProvisioner, postbox: MemoryPostbox, clock: FixedClock
) -> None:
    moved = routed(ROADS, cause="merger")
    gone = [ComplaintWithdrawn(at=T0, cause="erasure"), PersonalDataErased(at=T0)]
    await keep(inbox.repository.store, inbox.repository, complaint(), [*HELD, moved, *gone])
    clock.advance(timedelta(minutes=1))
    await look(sweep)
    postbox.wipe()
    assert await keeper.once() == 1
    await look(sweep)
    clock.advance(timedelta(days=9))
    await look(sweep)
    assert {agency: len(records) for agency, records in postbox.records.items()} == {PLN: 1, ROADS: 1}
    assert await keeper.once() == 0


async def test_while_the_broker_is_away_the_sweep_updates_its_work_and_delivers_later(
    inbox: Inbox, sweep: Sweep, postbox: MemoryPostbox, clock: FixedClock
) -> None:
    postbox.is_up = False
    await told(inbox, 0)
    clock.advance(timedelta(minutes=1))
    await look(sweep)
    await told(inbox, 1)
    await look(sweep)
    assert len(await sweep.rows()) == 2
    postbox.is_up = True
    await look(sweep)
    assert len(postbox.records[PLN]) == 2


def nation(*ids: str) -> list[AgencyRegistered]:
    said = {"at": T0, "kind": "city", "level": "regency"}
    return [AgencyRegistered.model_validate({**said, "agency": id_, "name": id_.title()}) for id_ in ids]


MANY = [f"kota-{number}" for number in range(700)]


async def test_an_agency_registered_at_run_time_gets_topics_at_once_and_seeded_ones_with_their_first_message(
    inbox: Inbox, keeper: AgencyTopicProvisioner, postbox: MemoryPostbox
) -> None:
    await keep_registry(inbox.repository.store, inbox.repository, *nation(*MANY))
    await keeper.once()
    assert set(postbox.known()) == set()
    await keep_registry(inbox.repository.store, inbox.repository, *nation("baru"))
    await keeper.once()
    assert set(postbox.known()) == {"baru"}


async def test_with_every_all_agencies_get_topics_at_the_start(
    inbox: Inbox, sweep: Sweep, postbox: MemoryPostbox
) -> None:
    await keep_registry(inbox.repository.store, inbox.repository, *nation(*MANY))
    await AgencyTopicProvisioner(Kept(postbox), inbox.registry, sweep, inbox.database, every=True).once()
    assert set(MANY) < set(postbox.known())


async def test_every_living_agency_of_a_small_registry_gets_topics(
    inbox: Inbox, keeper: AgencyTopicProvisioner, postbox: MemoryPostbox
) -> None:
    await keep_registry(inbox.repository.store, inbox.repository, merged(PLN, successor=ROADS))
    await keeper.once()
    assert set(postbox.known()) == {ROADS, CITY}
