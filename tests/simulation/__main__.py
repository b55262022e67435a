"""Command line of the simulation.

`make simulate SEEDS=50000` plays that many seeds; `make simulate SEED=7` prints the story of one; `make simulate
PLANT=all` plants each known mistake and looks for a seed that finds it (`PLANT=no_guard`: that one, with its shortest
story).
"""

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import pytest
import structlog

from simulation.kept import Kept, keep
from simulation.planted import PLANTED, weather
from simulation.processes import standing_in
from simulation.run import Outcome, play
from simulation.shrink import shrink

SLICE = 20


class Some(NamedTuple):
    """The result of a slice of seeds. `cpu_s`: processor seconds."""

    seeds: int
    lives: int
    steps: int
    cpu_s: float
    lost: list[tuple[int, str]]


def main(arguments: list[str]) -> int:
    """Return the exit status: 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone, and its whole story")
    parser.add_argument("--plant", choices=[*PLANTED, "all"], help="a mistake to make; the first seed that finds it")
    parser.add_argument("--keep", metavar="NAME", help="with --seed: keep its shortest story under that name as a test")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    asked = parser.parse_args(arguments)
    if asked.plant is not None:
        names = list(PLANTED) if asked.plant == "all" else [asked.plant]
        return max(look_for(name, range(asked.first, asked.first + asked.seeds), len(names) == 1) for name in names)
    if asked.seed is not None:
        return tell(asked.seed, asked.keep)
    return run(asked.first, asked.seeds, asked.jobs)


def tell(seed: int, name: str | None = None) -> int:
    """Play one seed. If something is lost, print its shortest story and keep it under `name` if one is given."""
    quiet()
    outcome = play(seed)
    if outcome.lost is None:
        say("\n".join(outcome.story))
        say(f"seed {seed}: {outcome.lives} lives, {outcome.steps} steps, trace {outcome.trace}: nothing is lost")
        return 0
    say(f"seed {seed}: {outcome.lost}\nshrinking {len(outcome.decisions)} decisions...")
    short = shrink(seed, outcome)
    say("\n".join(f"{n:3}. {line}" for n, line in enumerate(short.story, start=1)))
    if name is not None:
        say(f"kept in {keep(name, Kept(str(short.lost), short.twins, short.decisions))}")
    return 1


def look_for(name: str, seeds: range, whole_story: bool) -> int:
    """Plant the mistake `name` and play seeds until one finds it."""
    quiet()
    begun = time.process_time()
    with pytest.MonkeyPatch.context() as patch:
        weather(name, patch)
        PLANTED[name](patch)
        played = ((seed, play(seed)) for seed in seeds)
        found = next(((seed, outcome) for seed, outcome in played if outcome.lost is not None), None)
        if found is None:
            say(f"{name}: NOT FOUND in {len(seeds):,} seeds")
            return 1
        seed, outcome = found
        say(f"{name}: seed {seed} after {time.process_time() - begun:.0f} s of processor: {outcome.lost}")
        if whole_story:
            say("\n".join(f"{n:3}. {line}" for n, line in enumerate(shrink(seed, outcome).story, start=1)))
    return 0


def run(first: int, count: int, jobs: int) -> int:
    """Play all seeds; print each seed that loses something with its finding."""
    begun, done, lost = time.perf_counter(), Some(0, 0, 0, 0.0, []), False
    for some in _somes(first, count, jobs):
        done = Some(done.seeds + some.seeds, done.lives + some.lives, done.steps + some.steps,
                    done.cpu_s + some.cpu_s, [])  # fmt: skip
        for seed, what in some.lost:
            say(f"\nseed {seed}: {what}")
            lost = True
        rate = done.lives / done.cpu_s
        left_s = (count - done.seeds) * (time.perf_counter() - begun) / done.seeds
        sys.stderr.write(f"\r{done.seeds:,} of {count:,} seeds, {done.lives:,} lives, {rate:.0f} a core and second, "
                         f"{left_s:.0f} s to go ")  # fmt: skip
        sys.stderr.flush()
    sys.stderr.write("\n")
    say(f"{done.seeds:,} seeds, {done.lives:,} lives, {done.steps:,} steps in {time.perf_counter() - begun:.0f} s "
          f"({done.cpu_s:.0f} s of processor, {done.lives / done.cpu_s:.1f} lives a second and core): "
          f"{'SOMETHING WAS LOST' if lost else 'nothing is lost'}")  # fmt: skip
    return int(lost)


def _somes(first: int, count: int, jobs: int) -> Iterator[Some]:
    slices = [range(start, min(start + SLICE, first + count)) for start in range(first, first + count, SLICE)]
    if jobs == 1:
        yield from map(some, slices)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(some, slices)


def some(seeds: range) -> Some:
    """Play these seeds."""
    quiet()
    begun = time.process_time()
    with standing_in():
        outcomes: list[tuple[int, Outcome]] = [(seed, play(seed)) for seed in seeds]
    lost = [(seed, str(outcome.lost)) for seed, outcome in outcomes if outcome.lost is not None]
    lives, steps = (sum(getattr(outcome, name) for _, outcome in outcomes) for name in ("lives", "steps"))
    return Some(len(seeds), lives, steps, time.process_time() - begun, lost)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def quiet() -> None:
    """Silence the services' logs about faults that the simulation causes on purpose."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
