"""Where a consumer may go on after a restart: never behind a message that is still in hand."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.react.offsets import OffsetTracker

HERE = ("complaint-events", 3)


def test_nothing_is_known_of_a_partition_of_which_nothing_was_read() -> None:
    assert OffsetTracker[tuple[str, int]]().committable(HERE) is None


def test_what_is_passed_over_is_done_unless_something_before_it_is_in_hand() -> None:
    offsets = OffsetTracker[tuple[str, int]]()
    offsets.skipped(HERE, 7)
    assert offsets.committable(HERE) == 8
    offsets.started(HERE, 9)
    offsets.skipped(HERE, 12)
    assert offsets.committable(HERE) == 9
    offsets.finished(HERE, 9)
    assert offsets.committable(HERE) == 13


def test_what_belongs_to_another_consumer_now_is_forgotten() -> None:
    offsets = OffsetTracker[tuple[str, int]]()
    offsets.started(HERE, 9)
    offsets.forget([HERE])
    offsets.finished(HERE, 9)
    assert offsets.committable(HERE) is None


@given(st.lists(st.booleans(), min_size=1), st.data())
def test_in_whatever_order_they_end_the_first_that_has_not_holds_all_back(
    heeded: list[bool], data: st.DataObject
) -> None:
    offsets = OffsetTracker[tuple[str, int]]()
    for offset, heed in enumerate(heeded):
        (offsets.started if heed else offsets.skipped)(HERE, offset)
    waiting = [offset for offset, heed in enumerate(heeded) if heed]
    for offset in data.draw(st.permutations(waiting)):
        assert offsets.committable(HERE) == min(waiting)
        offsets.finished(HERE, offset)
        waiting.remove(offset)
    assert offsets.committable(HERE) == len(heeded)
