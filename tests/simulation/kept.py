"""Stories that once failed, each in a file of its own, replayed as tests. They are decisions, not seeds: a seed gives
another story as soon as anything is drawn differently.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final, NamedTuple

from pydantic_core import from_json, to_json

from simulation.decisions import Decision
from simulation.people import Ask

FOLDER: Final = Path(__file__).parent / "kept"


class Kept(NamedTuple):
    """A kept story. `was`: how it failed then."""

    was: str
    twins: Sequence[str]
    decisions: Sequence[Decision]


def names() -> list[str]:
    """Names of all kept stories."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def keep(name: str, kept: Kept) -> Path:
    """Write a story and return its file."""
    path = FOLDER / f"{name}.json"
    lines = [to_json({k: v for k, v in asdict(each).items() if v}).decode() for each in kept.decisions]
    head = f'{{"was": {to_json(kept.was).decode()},\n "twins": {to_json(list(kept.twins)).decode()},\n "decisions": [\n'
    path.write_text(head + "  " + ",\n  ".join(lines) + "\n]}\n")
    return path


def read(name: str) -> Kept:
    said = from_json((FOLDER / f"{name}.json").read_bytes())
    return Kept(said["was"], said["twins"], [_decision(**each) for each in said["decisions"]])


def _decision(kind: str, ask: dict[str, object] | None = None, **more: object) -> Decision:
    return Decision(kind, ask=Ask(**ask) if ask else None, **more)  # type: ignore[arg-type]
