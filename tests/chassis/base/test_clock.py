"""The clock of the machine, and the one that tests move: forwards only."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.base.clock import CHECK_EVERY_S, FileClock, FixedClock, SystemClock, advance, read_offset

HOUR = timedelta(hours=1)


class Watch:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def ahead(clock: FileClock) -> timedelta:
    """How far the clock is ahead of the machine, to the minute."""
    return timedelta(minutes=round((clock.now() - SystemClock().now()) / timedelta(minutes=1)))


def test_without_a_file_the_clock_tells_the_machines_time_in_utc(tmp_path: Path) -> None:
    assert ahead(FileClock(tmp_path / "clock")) == timedelta(0)
    assert FileClock(tmp_path / "clock").now().utcoffset() == timedelta(0)


def test_every_clock_on_a_file_follows_it_within_a_tenth_of_a_second(tmp_path: Path) -> None:
    path, watch = tmp_path / "var" / "clock", Watch()
    clock = FileClock(path, watch)
    assert ahead(clock) == timedelta(0)

    assert advance(path, HOUR) == HOUR
    assert advance(path, HOUR) == 2 * HOUR

    watch.now_s += CHECK_EVERY_S
    assert ahead(clock) == 2 * HOUR
    assert ahead(FileClock(path)) == 2 * HOUR
    assert [one.name for one in path.parent.iterdir()] == ["clock"]


def test_between_two_looks_the_file_is_left_alone(tmp_path: Path) -> None:
    path, watch = tmp_path / "clock", Watch()
    clock = FileClock(path, watch)
    clock.now()
    advance(path, HOUR)

    watch.now_s += CHECK_EVERY_S / 2

    assert ahead(clock) == timedelta(0)


@pytest.mark.parametrize("written", ["3599", "0", None])
def test_a_clock_refuses_to_go_back_and_keeps_refusing(tmp_path: Path, written: str | None) -> None:
    path, watch = tmp_path / "clock", Watch()
    advance(path, HOUR)
    clock = FileClock(path, watch)
    clock.now()

    if written is None:
        path.unlink()
    else:
        path.write_text(written)

    for _ in range(2):
        watch.now_s += CHECK_EVERY_S
        with pytest.raises(ValueError, match="time goes forwards"):
            clock.now()


@pytest.mark.parametrize("written", ["tomorrow", "", "-1", "nan", "inf"])
def test_what_is_no_number_of_seconds_is_refused_with_the_files_name(tmp_path: Path, written: str) -> None:
    path = tmp_path / "clock"
    path.write_text(written)

    with pytest.raises(ValueError, match="clock must hold a number of seconds"):
        FileClock(path).now()
    with pytest.raises(ValueError, match="clock must hold a number of seconds"):
        read_offset(path)


def test_a_clock_is_not_moved_back(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time goes forwards"):
        advance(tmp_path / "clock", -HOUR)
    assert not (tmp_path / "clock").exists()


def test_a_fixed_clock_stands_still_until_it_is_moved_forwards() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    clock = FixedClock(noon)
    assert clock.now() == clock.now() == noon

    clock.advance(HOUR)
    assert clock.now() == noon + HOUR
    clock.set(noon + 2 * HOUR)

    with pytest.raises(ValueError, match="time goes forwards"):
        clock.set(noon)
    assert clock.now() == noon + 2 * HOUR
