"""One complaint as its agency sees it: the texts, the history in sentences, every date with its reason.

Who the reporter is, and how to reach or be them, is not here: name, contacts and tracking code never leave intake.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from schemas import wording
from schemas.complaint.fold import RecordedFact
from schemas.complaint.state import Complaint
from schemas.deadlines.clocks import running
from schemas.deadlines.policies import Policies
from schemas.events.intake import AttachmentAdded
from schemas.registry.fold import Registry
from schemas.wording.explanations import explained


def summary(state: Complaint, registry: Registry, policies: Policies, lang: str) -> dict[str, Any]:
    """What a move is answered with: where the complaint is now."""
    holder = registry.holder(state.holder)
    dues = running(state, registry, policies)
    return {
        "id": str(state.id),
        "public_number": state.public_number,
        "status": state.status.value,
        "status_text": wording.status(state.status, lang, state.closed),
        "closed_reason": state.closed.value if state.closed else None,
        "holder": str(holder),
        "unit": holder.unit,
        "due_at": dues[0].due_at if dues else None,
        "version": state.version,
        "detail_version": state.detail_version,
    }


def casefile(
    state: Complaint,
    history: Sequence[RecordedFact],
    registry: Registry,
    policies: Policies,
    lang: str,
    parts: Mapping[UUID, Complaint],
) -> dict[str, Any]:
    """Everything that the agency may read of it. `parts`: those of a whole, as far as they are opened."""
    return {
        **summary(state, registry, policies, lang),
        **_said(state),
        "attachments": [_attachment(told.fact) for told in history if isinstance(told.fact, AttachmentAdded)],
        "parts": [part.model_dump(mode="json") | _stands(parts.get(part.id), registry, lang) for part in state.parts],
        "whole": str(state.whole) if state.whole else None,
        "task": state.task,
        "dues": explained(state, registry, policies, lang),
        "timeline": [_moment(told, registry, lang) for told in history],
    }


def _stands(part: Complaint | None, registry: Registry, lang: str) -> dict[str, Any]:
    """Where a part is now, and what its body answered: whoever leads the whole waits for it, and answers for all."""
    if part is None:
        return {"status": None, "status_text": None, "holder": None, "holder_name": None, "response": None}
    holder = registry.holder(part.holder)
    return {
        "status": part.status.value,
        "status_text": wording.status(part.status, lang, part.closed),
        "holder": str(holder),
        "holder_name": wording.holder(holder, registry, lang),
        "response": part.response,
    }


def _said(state: Complaint) -> dict[str, Any]:
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
        "erased": state.erased,
        "question": state.question,
        "response": state.response,
        "answered_at": state.answered_at,
        "disputes": state.disputes,
    }


def _attachment(fact: AttachmentAdded) -> dict[str, Any]:
    return {
        "id": str(fact.attachment),
        "media_type": fact.media_type,
        "size_bytes": fact.size_bytes,
        "name": fact.name,
        "at": fact.at,
    }


def _moment(told: RecordedFact, registry: Registry, lang: str) -> dict[str, Any]:
    sentence = wording.sentence(told.fact, registry, lang)
    return {"at": told.fact.at, "type": type(told.fact).__name__, "version": told.version, "sentence": sentence}
