"""Stories that once ended badly, each in a file of its own: told again at every change. Decisions, not seeds: a seed means
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
    """`was`: what it came to then."""

    was: str
    twins: Sequence[str]
    decisions: Sequence[Decision]


def names() -> list[str]:
    """Every story that is kept."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def keep(name: str, kept: Kept) -> Path:
    """Write it down; the file."""
    path = FOLDER / f"{name}.json"
    lines = [to_json({k: v for k, v in asdict(each).items() if v}).decode() for each in kept.decisions]
    head = f'{{"was": {to_json(kept.was).decode()},\n "twins": {to_json(list(kept.twins)).decode()},\n "decisions": [\n'
    path.write_text(head + "  " + ",\n  ".join(lines) + "\n]}\n")
    return path


def read(name: str) -> Kept:
    """A kept story."""
    said = from_json((FOLDER / f"{name}.json").read_bytes())
    return Kept(said["was"], said["twins"], [_decision(**each) for each in said["decisions"]])


def _decision(kind: str, ask: dict[str, object] | None = None, **more: object) -> Decision:
    return Decision(kind, ask=Ask(**ask) if ask else None, **more)  # type: ignore[arg-type]
