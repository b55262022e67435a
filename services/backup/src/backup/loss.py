"""What a restore loses, by events that others still hold. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from pydantic_core import from_json

from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX, complaint_id
from schemas.events.intake import ComplaintFiled

NAMED: Final = 20
"""Complaints named on the console; the list has all."""
Row = tuple[str, str, str, int, int]
"""Complaint, public number, what became of it, its first lost version, its lost events."""
HEAD: Final = ("complaint", "public_number", "lost", "first_lost_version", "events")


@dataclass
class _Lost:
    first: int
    number: str = ""
    filed: bool = False
    events: set[UUID] = field(default_factory=set)


@dataclass
class Loss:
    """Events beyond `position`, the newest of the copy."""

    position: int
    first: int = 0
    last: int = 0
    complaints: dict[UUID, _Lost] = field(default_factory=dict)
    registry: set[UUID] = field(default_factory=set)

    def add(self, event: RecordedEvent) -> None:
        """An event that somebody else holds. One that the copy holds, or that was added, changes nothing."""
        if event.position <= self.position:
            return
        self.first = min(event.position, self.first or event.position)
        self.last = max(event.position, self.last)
        if not event.stream.startswith(COMPLAINT_PREFIX):
            self.registry.add(event.id)
            return
        lost = self.complaints.setdefault(complaint_id(event.stream), _Lost(event.version))
        lost.events.add(event.id)
        lost.first = min(lost.first, event.version)
        if event.type == ComplaintFiled.__name__:
            lost.filed, lost.number = True, str(from_json(event.data).get("public_number", ""))

    @property
    def events(self) -> int:
        """Distinct events."""
        return len(self.registry) + sum(len(each.events) for each in self.complaints.values())

    def told(self) -> list[str]:
        """Sentences for the operator."""
        if not self.events:
            return [f"no record beyond position {self.position} is known"]
        gone = [lost.number or str(id_) for id_, lost in self._ordered() if lost.filed]
        cut = [f"{id_} (from version {lost.first} on)" for id_, lost in self._ordered() if not lost.filed]
        places = f"{self.first} to {self.last}"
        lines = [f"lost: the events at positions {places}, as far as Kafka holds them ({self.events} of them)"]
        if gone:
            lines.append(f"{_count(gone, 'was', 'were')} filed after the copy and {_is(gone)} gone: {_some(gone)}")
        if cut:
            lines.append(f"{_count(cut, 'of', 'of')} before lost {_their(cut)} last steps: {_some(cut)}")
        if self.registry:
            one = len(self.registry) == 1
            lines.append(
                f"{len(self.registry)} {'change' if one else 'changes'} of the registry of bodies "
                f"{'is' if one else 'are'} gone: make {'it' if one else 'them'} again"
            )
        return lines

    def rows(self) -> list[Row]:
        """Every complaint concerned, for the list."""
        return [
            (str(id_), lost.number, "gone" if lost.filed else "from this version on", lost.first, len(lost.events))
            for id_, lost in self._ordered()
        ]

    def _ordered(self) -> list[tuple[UUID, _Lost]]:
        return sorted(self.complaints.items(), key=lambda each: (not each[1].filed, each[1].number, each[0]))


def _count(found: Sequence[str], one: str, many: str) -> str:
    return f"1 complaint {one}" if len(found) == 1 else f"{len(found)} complaints {many}"


def _is(found: Sequence[str]) -> str:
    return "is" if len(found) == 1 else "are"


def _their(found: Sequence[str]) -> str:
    return "its" if len(found) == 1 else "their"


def _some(found: Sequence[str]) -> str:
    more = len(found) - NAMED
    return ", ".join(found[:NAMED]) + (f" and {more} more" if more > 0 else "")
