"""A supervised part is restarted for ever, killed when it hangs, left alone when it needs a person; its state is told."""

import itertools
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from local.errors import CannotRun
from local.parts import parts_away
from local.paths import free_port
from local.platform.part import HANG_S, LONGEST_S, STABLE_S, START_S, Part
from local.platform.probe import Probe
from local.platform.status import StatusFile
from local.platform.watch import Watch

T0 = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
READY = b"HTTP/1.1 200 OK\r\n\r\n{}"


class FakeProcess:
    """A process that ends when told to, with the given end of its log."""

    def __init__(self, name: str = "router-1") -> None:
        self.name, self.pid, self.exit_code, self.starts, self.log = name, 4711, cast("int | None", None), 0, ["a line"]
        self.fails: Exception | None = None

    @property
    def running(self) -> bool:
        return self.starts > 0 and self.exit_code is None

    def start(self) -> None:
        if self.fails:
            raise self.fails
        self.starts, self.exit_code = self.starts + 1, None

    def kill(self) -> None:
        self.exit_code = -9

    def last_lines(self, _count: int = 12) -> list[str]:
        return self.log


class FakeProbe:
    answer: bytes | None = READY

    def poll(self) -> bytes | None:
        return self.answer

    def forget(self) -> None:
        """Nothing is kept."""


class World:
    """One part, its time and what was announced."""

    def __init__(self, name: str = "router-1", **more: Any) -> None:
        self.process, self.alive, self.ready, self.said = FakeProcess(name), FakeProbe(), FakeProbe(), list[str]()
        process: Any = self.process
        self.part = Part(process, process.start, [free_port()], *cast("Any", (self.alive, self.ready)), **more)
        self.at = T0
        self.part.begin(self.at)

    def passes(self, seconds: float, *, may_start: bool = True) -> None:
        for _ in range(round(seconds * 2)):
            self.at += timedelta(seconds=0.5)
            self.part.tick(0.5, self.at, self.said.append, may_start=may_start)

    def starts_while_ending_at_once(self, seconds: float) -> list[float]:
        """The seconds at which it is started if it ends half a second after each start."""
        began, found = self.at, list[float]()
        while (self.at - began).total_seconds() < seconds:
            before = self.process.starts
            if self.process.running:
                self.process.exit_code = 1
            self.passes(0.5)
            if self.process.starts > before:
                found.append((self.at - began).total_seconds())
        return found


def test_a_part_that_ends_again_and_again_is_restarted_for_ever_with_growing_delays() -> None:
    world = World()
    starts = world.starts_while_ending_at_once(600)
    delays = [after - before for before, after in itertools.pairwise(starts)]
    assert delays == sorted(delays)
    assert delays[0] < 3
    assert LONGEST_S <= delays[-1] <= LONGEST_S + 2
    assert any("router-1 ended with code 1, 5 times in a row, and is restarted in 8 s" in line for line in world.said)


def test_a_part_that_was_ready_for_a_while_is_restarted_at_once() -> None:
    world = World()
    world.starts_while_ending_at_once(100)
    world.passes(LONGEST_S + STABLE_S + 5)
    starts = world.process.starts
    world.process.exit_code = -9
    world.passes(1)
    assert world.process.starts == starts + 1


def test_a_part_whose_loop_does_not_answer_is_killed_and_restarted() -> None:
    world = World()
    world.passes(5)
    world.alive.answer = world.ready.answer = None
    world.passes(HANG_S - 1)
    assert world.process.exit_code is None
    assert world.part.away is not None
    assert world.part.away.why == "it does not answer"
    world.passes(5)
    assert world.process.starts == 2
    assert any("has not answered for" in line for line in world.said)


def test_a_live_loop_without_progress_is_away_with_its_reason_and_not_killed() -> None:
    world = World()
    world.passes(5)
    world.ready.answer = b'HTTP/1.1 503 X\r\n\r\n{"a": "ok", "b": "waiting for Kafka"}'
    world.passes(10 * HANG_S)
    assert (world.process.starts, world.process.exit_code) == (1, None)
    assert world.part.away is not None
    assert world.part.away.why == "waiting for Kafka"
    assert abs(world.part.away.since - T0 - timedelta(seconds=5.5)) <= timedelta(seconds=1)
    assert sum("has been away since 03:00:05 UTC: waiting for Kafka" in line for line in world.said) == 1
    world.ready.answer = READY
    world.passes(1)
    assert world.part.away is None
    assert world.said[-1] == "router-1 is back"


def test_a_start_may_take_longer_than_a_hang_but_not_for_ever() -> None:
    world = World()
    world.alive.answer = world.ready.answer = None
    world.passes(START_S - 1)
    assert world.process.exit_code is None
    world.passes(5)
    assert world.process.starts == 2


def test_a_part_that_needs_a_person_is_not_restarted_and_says_the_cure() -> None:
    world = World()
    world.process.log = ["x", "router cannot run: these keys are another store's: restore the key ring", "y"]
    world.process.exit_code = 2
    world.passes(600)
    assert world.process.starts == 1
    assert world.part.needs_person
    assert world.part.away is not None
    assert world.part.away.why.startswith("these keys are another store's: restore the key ring (not restarted")
    assert "needs you: these keys are another store's: restore the key ring" in world.said[0]


@pytest.mark.parametrize("error", [BlockingIOError(11, "Resource temporarily unavailable"), CannotRun("no format")])
def test_a_start_that_fails_is_tried_again_and_does_not_end_the_supervisor(error: Exception) -> None:
    world = World()
    world.process.fails, world.process.exit_code = error, 1
    world.passes(120)
    assert world.part.away is not None
    assert str(error) in world.part.away.why
    world.process.fails = None
    world.passes(LONGEST_S + 1)
    assert world.process.starts == 2
    assert world.part.away is None


def test_nothing_is_started_on_a_full_disk() -> None:
    world = World()
    world.process.exit_code = 1
    world.passes(60, may_start=False)
    assert world.process.starts == 1
    world.passes(1)
    assert world.process.starts == 2


def test_the_supervisors_own_suspension_does_not_count(tmp_path: Path) -> None:
    world, clock = World(), [0.0]
    watch = Watch([world.part], tmp_path, world.said.append, lambda: T0, lambda: clock[0])
    watch.tick()
    world.alive.answer = world.ready.answer = None
    clock[0] += 3600
    watch.tick()
    assert world.process.exit_code is None
    for _ in range(200):
        clock[0] += 0.5
        watch.tick()
    assert world.process.starts == 2


def test_the_front_is_ready_for_the_supervisor_though_another_part_is_away() -> None:
    world = World("front")
    world.ready.answer = b'HTTP/1.1 503 X\r\n\r\n{"intake.store": "ok", "part.router-1": "away"}'
    world.passes(1)
    assert world.part.away is None


def test_the_states_are_told_to_the_children_of_this_supervisor_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    world.process.exit_code = 1
    world.passes(0.5)
    StatusFile(tmp_path).write([world.part])
    assert parts_away(tmp_path) == {}
    monkeypatch.setattr(os, "getppid", os.getpid)
    told = parts_away(tmp_path)
    assert told == {
        "part.router-1": "away since 2026-03-02T03:00:00+00:00: it ended with code 1, and is restarted at once"
    }
    assert json.loads((tmp_path / "parts.json").read_text())["parts"]["router-1"]["state"] == "away"
    (tmp_path / "parts.json").write_text("")
    assert parts_away(tmp_path) == {}


def test_a_probe_hears_a_server_and_never_waits_for_one_that_is_silent_or_absent() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        probe = Probe(server.getsockname()[1], b"how are you?")
        assert [probe.poll() for _ in range(3)] == [None] * 3
        link, _ = server.accept()
        assert link.recv(100) == b"how are you?"
        link.sendall(b"well")
        link.close()
        while (answer := probe.poll()) is None:
            pass
        assert answer == b"well"
    probe = Probe(free_port(), b"?")
    assert {probe.poll() for _ in range(50)} == {None}
