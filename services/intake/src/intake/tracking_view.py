"""What reporters see of their complaint: where it is, who must act by when and why, and everything that happened."""

from collections.abc import Sequence
from typing import Any

from schemas import wording
from schemas.complaint.fold import RecordedFact
from schemas.complaint.state import Complaint
from schemas.deadlines import dispute_until, timeline_due
from schemas.deadlines.policies import Policies
from schemas.events.agency_inbox import ComplaintDelivered
from schemas.events.intake import AttachmentAdded, ResolutionConfirmed, ResolutionDisputed
from schemas.registry.fold import Registry
from schemas.wording.casefile import attachment_fields, status_fields, timeline
from schemas.wording.explanations import explained
from schemas.wording.masks import masked


def receipt(
    state: Complaint, code: str, registry: Registry, policies: Policies, lang: str, lead: Complaint | None = None
) -> dict[str, Any]:
    """What a filing is answered with: the code, and what happens next."""
    here = f"/api/v1/complaints/{code}"
    holder = registry.holder(lead.holder if lead else state.holder)
    return {
        "id": str(state.id),
        "tracking_code": code,
        "public_number": state.public_number,
        **status_fields(state, lang),
        "holder": {"kind": holder.kind.value, "agency": holder.agency, "unit": holder.unit},
        "holder_name": wording.holder(holder, registry, lang),
        "due_at": timeline_due(state, registry, policies, lead),
        "links": {
            "self": here,
            "explain": f"{here}/explain",
            "details": f"{here}/details",
            # Asked with the same text, it tells what others reported of the matter (router's; nothing is kept of it).
            "duplicates": "/api/v1/duplicates",
        },
    }


def page(
    state: Complaint,
    told: Sequence[RecordedFact],
    code: str,
    registry: Registry,
    policies: Policies,
    lang: str,
    lead: Complaint | None = None,
    parts: Sequence[Complaint] = (),
) -> dict[str, Any]:
    """The whole story, for the bearer of the code. What a part asks is asked here, since it is answered here."""
    questions = [each.question for each in (state, *parts) if each.question]
    return {
        **receipt(state, code, registry, policies, lang, lead),
        "class": state.class_.value,
        "received_at": state.received_at,
        "title": state.title,
        "text": state.text,
        "anonymous": state.anonymous,
        "secret": state.secret,
        "erased": state.erased,
        "closed_reason": state.closed.value if state.closed else None,
        "place": state.place.model_dump(exclude_none=True) if state.place else None,
        "occurred_on": state.occurred_on,
        "question": questions[0] if questions else None,
        "response": _response(state, lead),
        "answered_at": (lead or state).answered_at,
        "rating": _rating(told),
        "dispute_until": dispute_until(lead or state, registry, policies),
        "parts": [_part(part, registry, policies, lang) for part in parts],
        "disputes": state.disputes,
        "rung": state.rung,
        "lead_public_number": lead.public_number if lead and lead.is_public else None,
        "attachments": [attachment_fields(one.fact) for one in told if isinstance(one.fact, AttachmentAdded)],
        "due": explained(state, registry, policies, lang, lead),
        "timeline": timeline((one for one in told if not isinstance(one.fact, ComplaintDelivered)), registry, lang),
    }


def _response(state: Complaint, lead: Complaint | None) -> str | None:
    """A follower's answer is its lead's: one public answer to one matter, of which others read what the public may."""
    if lead is None:
        return state.response
    told = lead.is_public and not lead.erased
    return masked(lead.response) if lead.response and told else None


def _rating(told: Sequence[RecordedFact]) -> int | None:
    # Of the outcome that stands: what was disputed since, or is worked over again, has none yet.
    said = [one.fact for one in told if isinstance(one.fact, (ResolutionConfirmed, ResolutionDisputed))]
    return said[-1].rating if said and isinstance(said[-1], ResolutionConfirmed) else None


def _part(part: Complaint, registry: Registry, policies: Policies, lang: str) -> dict[str, Any]:
    """A body's share: with whom, and what that body asks until when, since the reporter answers here."""
    return {
        "holder_name": wording.holder(registry.holder(part.holder), registry, lang),
        **status_fields(part, lang),
        "mandatory": part.mandatory,
        "question": part.question,
        "due": explained(part, registry, policies, lang) if part.question else [],
    }
