"""A consumer that has stopped is noticed; one with nothing to do, or at work on something slow, is left alone."""

from chassis.react.stall_detector import BUSY_S, MARKERS, STALLED_S, OffsetPosition, StallDetector

LATE = STALLED_S + 1


class Watch:
    def __init__(self) -> None:
        self.now = 0.0
        self.progress = StallDetector[str](lambda: self.now)

    def stalled(self, after_s: float, *, busy: bool = False, **handled: int) -> list[str]:
        """With 1,000 offsets in each partition."""
        self.now += after_s
        standings = {name: OffsetPosition(at, 1000) for name, at in handled.items()}
        return self.progress.stalled(standings, busy=busy)


def test_a_partition_that_stands_still_with_work_left_is_named_although_another_moves() -> None:
    watch = Watch()
    assert watch.stalled(0, a=10, b=10) == []
    assert watch.stalled(LATE, a=11, b=10) == ["b"]


def test_one_that_moves_however_slowly_is_left_alone() -> None:
    watch = Watch()
    assert [watch.stalled(STALLED_S - 1, a=number) for number in range(5)] == [[]] * 5


def test_markers_at_the_end_are_no_work() -> None:
    watch = Watch()
    watch.stalled(0, a=1000 - MARKERS)
    assert watch.stalled(LATE, a=1000 - MARKERS) == []


def test_a_batch_in_hand_has_longer() -> None:
    watch = Watch()
    watch.stalled(0, busy=True, a=10)
    assert watch.stalled(LATE, busy=True, a=10) == []
    assert watch.stalled(BUSY_S, busy=True, a=10) == ["a"]


def test_a_partition_that_comes_back_starts_anew() -> None:
    watch = Watch()
    watch.stalled(0, a=10)
    watch.stalled(LATE)
    assert watch.stalled(0, a=10) == []
    assert watch.stalled(STALLED_S - 1, a=10) == []
