"""The golden examples, as files and as facts."""

from pathlib import Path
from typing import Any

from pydantic_core import from_json

from schemas.complaint.fold import RecordedFact
from schemas.contract.compat import EXAMPLE_KEYS, recorded
from schemas.contract.generate import ROOT
from schemas.events.base import Fact
from schemas.events.codec import decode

EXAMPLES = ROOT / "examples"
EVENT_FILES = sorted(path for path in EXAMPLES.glob("*/v*/*.json"))
OUTWARD_FILES = sorted(EXAMPLES.glob("outward/*/*.json"))


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = from_json(path.read_bytes())
    return found


def fact(name: str, number: int = 1) -> Fact:
    """The example of that name."""
    return decode(recorded(read(EXAMPLES / name / "v1" / f"{number}.json")), EXAMPLE_KEYS)


def histories() -> dict[str, list[RecordedFact]]:
    """All examples, by stream, in order."""
    found: dict[str, list[RecordedFact]] = {}
    for event in sorted((recorded(read(path)) for path in EVENT_FILES), key=lambda event: event.version):
        said = RecordedFact(decode(event, EXAMPLE_KEYS), event.id, event.version)
        found.setdefault(event.stream, []).append(said)
    return found
