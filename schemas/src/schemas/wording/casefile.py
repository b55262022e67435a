"""The parts of a complaint's case file that reporter, agency and triage desk see in the same form."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from schemas.base.media_types import MEDIA_TYPES
from schemas.base.sealed import ERASED
from schemas.complaint.attachments import Attached
from schemas.complaint.fold import RecordedFact
from schemas.complaint.state import Complaint
from schemas.events.agency_inbox import INTERNAL, OfficerNoteAdded
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated
from schemas.events.intake import AttachmentAdded
from schemas.registry.fold import Registry
from schemas.wording.facts import sentence
from schemas.wording.names import agency as agency_name
from schemas.wording.names import status


class TimelineRow(dict[str, Any]):
    """One event as the API answers it. `reminder` is for pages alone: which clock this row reminds of once more, by its
    name and the version that started it; None: the row tells something new.
    """

    reminder: tuple[str, int] | None = None


def timeline_row(fact: Fact, fields: Mapping[str, Any]) -> TimelineRow:
    """The row of an event. The last rung repeats for as long as nothing happens, each time as an event of its own."""
    row = TimelineRow(fields)
    if isinstance(fact, ComplaintEscalated) and fact.repetition:
        row.reminder = (fact.clock or "", fact.started_version or 0)
    return row


def status_fields(state: Complaint, lang: str) -> dict[str, Any]:
    """The status, for programs and in words."""
    return {"status": state.status.value, "status_text": status(state.status, lang, state.closed)}


def holder_fields(state: Complaint, registry: Registry, lang: str) -> dict[str, Any]:
    """Which complaint it is, its status, its present holder and its version."""
    holder = registry.holder(state.holder)
    return {
        "id": str(state.id),
        "public_number": state.public_number,
        **status_fields(state, lang),
        "holder": str(holder),
        "unit": holder.unit,
        "version": state.version,
    }


def content_fields(state: Complaint) -> dict[str, Any]:
    """What was reported, for whoever decides about it. Never who reported it."""
    return {
        "class": state.class_.value,
        "sector": state.sector,
        "received_at": state.received_at,
        "title": state.title,
        "text": state.text,
        "restated_title": state.restated_title,
        "restated_text": state.restated_text,
        "details": [{"at": at, "text": text} for at, text in state.details],
        "place": state.place.model_dump(mode="json", exclude_none=True) if state.place else None,
        "occurred_on": state.occurred_on,
        "anonymous": state.anonymous,
        "secret": state.secret,
        "supervision": state.supervision,
    }


def attachment_fields(one: Attached) -> dict[str, Any]:
    """A file, as its reporter sent it."""
    sent = one.added
    return {
        "id": str(sent.attachment), "media_type": sent.media_type, "size_bytes": sent.size_bytes, "name": sent.name,
        "state": one.state.value,
    }  # fmt: skip


def holders_attachment(one: Attached, *, anonymous: bool) -> dict[str, Any]:
    """A file, as the holder opens it. The reporter's name for it may name the reporter."""
    opened = one.checked or one.added
    return {
        **attachment_fields(one), "media_type": opened.media_type, "size_bytes": opened.size_bytes,
        "name": file_name(one, anonymous=anonymous), "at": one.added.at,
    }  # fmt: skip


def file_name(one: Attached, *, anonymous: bool) -> str:
    """Under which name the holder keeps it: the reporter's, or `lampiran-1.jpg` if the reporter is anonymous."""
    return _named(one, None if anonymous else one.added.name, (one.checked or one.added).media_type)


def own_file_name(one: Attached) -> str:
    """Under which name its reporter gets it back."""
    return _named(one, one.added.name, one.added.media_type)


def _named(one: Attached, given: str | None, media_type: str) -> str:
    # Never the suffix of the sender: a picture may be a page too, which a computer would open by its name.
    suffix = MEDIA_TYPES[media_type].suffix if media_type in MEDIA_TYPES else "bin"
    stem = PurePosixPath(given).stem if given and given != ERASED else f"lampiran-{one.number}"
    return f"{stem}.{suffix}"


def timeline(
    history: Iterable[RecordedFact], registry: Registry, lang: str, *, file_names: bool = True
) -> list[dict[str, Any]]:
    """Each event with its sentence, without what an agency keeps for itself. Without `file_names` files are added
    without their reporter's names for them.
    """
    return [
        timeline_row(
            recorded.fact,
            {
                "at": recorded.fact.at,
                "type": type(recorded.fact).__name__,
                "version": recorded.version,
                "sentence": sentence(recorded.fact if file_names else _unnamed(recorded.fact), registry, lang),
            },
        )
        for recorded in history
        if not isinstance(recorded.fact, INTERNAL)
    ]


def notes(history: Iterable[RecordedFact], registry: Registry, agency: str | None = None) -> list[dict[str, Any]]:
    """The officers' notes, the newest first: those of this agency and of agencies that it took over; None: all, which
    only the arbiter reads.
    """
    return [
        {
            "at": fact.at,
            "agency": fact.agency,
            "agency_name": agency_name(fact.agency, None, registry),
            "officer": str(fact.officer) if fact.officer else None,
            "text": fact.text,
        }
        for fact in (recorded.fact for recorded in history)
        if isinstance(fact, OfficerNoteAdded) and agency in (None, _today(fact.agency, registry))
    ][::-1]


def _today(agency: str, registry: Registry) -> str:
    living = registry.living(agency)
    return living.id if living is not None else agency


def _unnamed(fact: Fact) -> Fact:
    return fact.model_copy(update={"name": None}) if isinstance(fact, AttachmentAdded) else fact
