"""The files of a complaint: what the reporter sent, and what its holder opens."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from schemas.base.refusals import FileWaiting, FileWithheld, NotFound
from schemas.events.base import Fact
from schemas.events.intake import AttachmentAdded, AttachmentChecked


class FileState(StrEnum):
    """Whether a file can be opened."""

    WAITING = "waiting"
    """For scan and cleaning."""
    CLEANED = "cleaned"
    """As a copy without hidden data."""
    ORIGINAL = "original"
    """As it was sent, since it cannot be cleaned and its reporter is not anonymous."""
    WITHHELD = "withheld"
    """Not by anybody but the reporter: it cannot be cleaned."""
    INFECTED = "infected"
    """Not by anybody."""


class Attached(NamedTuple):
    """The `number`-th file of a complaint, from 1."""

    number: int
    added: AttachmentAdded
    checked: AttachmentChecked | None = None
    scans: bool = False
    """There is a scanner: what was checked without one waits for it."""

    @property
    def state(self) -> FileState:
        if self.checked is None or (self.scans and not self.checked.scanned):
            return FileState.WAITING
        return FileState(self.checked.outcome)

    def opened_by_holder(self) -> AttachmentChecked:
        """What a holder opens.

        Raises:
            FileWaiting, FileWithheld: nothing.
        """
        if self.checked is None or self.state is FileState.WAITING:
            raise FileWaiting
        if self.state in (FileState.WITHHELD, FileState.INFECTED):
            raise FileWithheld(why=self.state.value)
        return self.checked


def attached(facts: Iterable[Fact], *, scans: bool) -> list[Attached]:
    """The files, in the order in which they were added. Of several checks of one file the last counts.

    `scans`: there is a scanner.
    """
    found: dict[UUID, Attached] = {}
    for fact in facts:
        match fact:
            case AttachmentAdded():
                found.setdefault(fact.attachment, Attached(len(found) + 1, fact, scans=scans))
            case AttachmentChecked() if fact.attachment in found:
                found[fact.attachment] = found[fact.attachment]._replace(checked=fact)
            case _:
                pass
    return list(found.values())


def attached_as(facts: Iterable[Fact], attachment: UUID, *, scans: bool) -> Attached:
    """One file.

    Raises:
        NotFound: the complaint has none of this id.
    """
    for each in attached(facts, scans=scans):
        if each.added.attachment == attachment:
            return each
    raise NotFound(what="attachment")
