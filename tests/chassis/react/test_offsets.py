"""Where a consumer may go on after a restart: never behind a message that is still in hand."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.react.offsets import OffsetTracker

HERE = ("complaint-events", 3)


def test_nothing_is_known_of_a_partition_of_which_nothing_was_read() -> None:
    assert OffsetTracker[tuple[str, int]]().reached(HERE) is None


def test_what_is_passed_over_is_done_unless_something_before_it_is_in_hand() -> None:
    places = OffsetTracker[tuple[str, int]]()
    places.passed(HERE, 7)
    assert places.reached(HERE) == 8
    places.begun(HERE, 9)
    places.passed(HERE, 12)
    assert places.reached(HERE) == 9
    places.ended(HERE, 9)
    assert places.reached(HERE) == 13


def test_what_belongs_to_another_consumer_now_is_forgotten() -> None:
    places = OffsetTracker[tuple[str, int]]()
    places.begun(HERE, 9)
    places.forget([HERE])
    places.ended(HERE, 9)
    assert places.reached(HERE) is None


@given(st.lists(st.booleans(), min_size=1), st.data())
def test_in_whatever_order_they_end_the_first_that_has_not_holds_all_back(
    heeded: list[bool], data: st.DataObject
) -> None:
    places = OffsetTracker[tuple[str, int]]()
    for offset, heed in enumerate(heeded):
        (places.begun if heed else places.passed)(HERE, offset)
    waiting = [offset for offset, heed in enumerate(heeded) if heed]
    for offset in data.draw(st.permutations(waiting)):
        assert places.reached(HERE) == min(waiting)
        places.ended(HERE, offset)
        waiting.remove(offset)
    assert places.reached(HERE) == len(heeded)
