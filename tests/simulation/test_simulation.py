"""The whole system under every known fault loses nothing. `make simulate` and `SIMULATION_SEEDS=50000 pytest
tests/simulation` play more seeds.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from simulation import kept
from simulation.__main__ import quiet
from simulation.planted import PLANTED
from simulation.run import play, replay, shape
from simulation.shrink import shrink

SEEDS: Final = int(os.environ.get("SIMULATION_SEEDS", "1000"))
SLICES: Final = 16
LINES: Final = 20


@pytest.fixture(autouse=True)
def _quiet() -> None:
    quiet()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(SLICES))
def test_nothing_is_lost(number: int) -> None:
    each = -(-SEEDS // SLICES)
    for seed in range(number * each, min(SEEDS, (number + 1) * each)):
        outcome = play(seed)
        assert outcome.lost is None, "\n".join([f"seed {seed}", *shrink(seed, outcome).story])


@pytest.mark.parametrize("name", kept.names())
def test_what_was_lost_once_is_not_lost_again(name: str) -> None:
    story = kept.read(name)
    outcome = replay(story.decisions, story.twins)
    assert outcome.lost is None, f"{story.was} once, and now {outcome.lost}"
    assert outcome.lives, "the story still begins"


def test_a_kept_story_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "FOLDER", tmp_path)
    told = kept.Kept("overdue: it waits", ("router",), play(3).decisions)
    kept.keep("one", told)
    assert kept.names() == ["one"]
    assert kept.read("one") == kept.Kept(told.was, ["router"], told.decisions)


def test_a_seed_replays_exactly() -> None:
    for seed in range(5):
        first, again = play(seed), play(seed)
        assert first.lives, "something happens in it"
        assert (first.trace, first.decisions) == (again.trace, again.decisions)


def test_a_seed_is_the_same_in_another_process() -> None:
    tests = Path(__file__).parents[1]
    asked = "from simulation.__main__ import quiet; from simulation.run import play; quiet(); print(play(7).trace)"
    environment = {**os.environ, "PYTHONPATH": str(tests), "PYTHONHASHSEED": "11"}
    there = subprocess.run(
        [sys.executable, "-c", asked], env=environment, check=True, capture_output=True, text=True, cwd=tests
    )
    assert there.stdout.strip() == play(7).trace


def test_decisions_told_again_come_to_the_same() -> None:
    outcome = play(3)
    assert replay(outcome.decisions, shape(3)[3]).trace == outcome.trace


def test_a_failing_run_shrinks_to_a_short_story(monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTED["no_sweep"](monkeypatch)
    seed, found = next((seed, outcome) for seed in range(1000) if (outcome := play(seed)).lost is not None)
    short = shrink(seed, found)
    assert short.lost is not None
    assert found.lost is not None
    assert short.lost.code == found.lost.code
    assert len(short.story) <= LINES, "\n".join(short.story)
    assert any("files" in line for line in short.story)
