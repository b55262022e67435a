"""The reporter's view of a complaint: status, holder, due dates with reasons, and the timeline."""

from collections.abc import Sequence
from typing import Any

from schemas import wording
from schemas.complaint.attachments import attached
from schemas.complaint.fold import RecordedFact
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines import dispute_until, timeline_due
from schemas.deadlines.policies import Policies
from schemas.events.agency_inbox import ComplaintDelivered
from schemas.events.intake import NoteAdded, ResolutionConfirmed, ResolutionDisputed
from schemas.registry.fold import Registry
from schemas.wording.casefile import attachment_fields, status_fields, timeline
from schemas.wording.explanations import explained
from schemas.wording.masks import BESIDES, masked
from schemas.wording.masks.told import hidden_from_public
from schemas.wording.sectors import sector as sector_name


def receipt(
    state: Complaint, code: str, registry: Registry, policies: Policies, lang: str, lead: Complaint | None = None
) -> dict[str, Any]:
    """The answer to a filing: the tracking code, the next step, and what others do not see of the text."""
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
            # Router's endpoint: finds similar public reports for a text, and stores nothing.
            "duplicates": "/api/v1/duplicates",
            **({"unjoin": f"{here}/unjoin"} if state.status is Status.JOINED else {}),
        },
        **hidden(state, lang),
    }


def hidden(state: Complaint, lang: str) -> dict[str, Any]:
    """What is masked in the reporter's words where others read them. A secret report is read by no others."""
    if state.secret or state.erased:
        return {}
    text, address = state.text.partition(f"\n{BESIDES}")[0], state.place.address if state.place else None
    told = hidden_from_public((state.title, text, address), lang)
    return {"hidden_from_public": told} if told else {}


def page(
    state: Complaint,
    history: Sequence[RecordedFact],
    code: str,
    registry: Registry,
    policies: Policies,
    lang: str,
    lead: Complaint | None = None,
    parts: Sequence[Complaint] = (),
    *,
    scans: bool = False,
) -> dict[str, Any]:
    """The tracking page. A question of a part is shown here, because the reporter answers it here."""
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
        "rating": _rating(history),
        "dispute_until": dispute_until(lead or state, registry, policies),
        "parts": [_part(part, registry, policies, lang) for part in parts],
        "disputes": state.disputes,
        "rung": state.rung,
        "lead_public_number": lead.public_number if lead and lead.may_be_public else None,
        "lead": _lead(lead, lang) if lead and lead.may_be_public and not lead.erased else None,
        "attachments": [attachment_fields(one) for one in attached((one.fact for one in history), scans=scans)],
        "due": explained(state, registry, policies, lang, lead),
        "timeline": timeline(_told(history), registry, lang),
    }


def _told(history: Sequence[RecordedFact]) -> list[RecordedFact]:
    """What the reporter reads of the history. A note may be another person's: it is masked as for the public."""
    return [
        one._replace(fact=one.fact.model_copy(update={"text": masked(one.fact.text)}))
        if isinstance(one.fact, NoteAdded)
        else one
        for one in history
        if not isinstance(one.fact, ComplaintDelivered)
    ]


def _lead(lead: Complaint, lang: str) -> dict[str, Any]:
    """What a complaint was joined to. Its words are another reporter's: the public report shows what may be read."""
    return {
        "public_number": lead.public_number,
        "received_at": lead.received_at,
        "sector": lead.sector,
        "sector_name": sector_name(lead.sector, lang) if lead.sector else None,
        **status_fields(lead, lang),
        "links": {"report": f"/api/v1/reports/{lead.public_number}"},
    }


def _response(state: Complaint, lead: Complaint | None) -> str | None:
    """A joined complaint shows its lead's answer, as the public may read it."""
    if lead is None:
        return state.response
    return masked(lead.response) if lead.response and lead.may_be_public and not lead.erased else None


def _rating(history: Sequence[RecordedFact]) -> int | None:
    # The rating of the present outcome; a disputed outcome has none.
    outcomes = [one.fact for one in history if isinstance(one.fact, (ResolutionConfirmed, ResolutionDisputed))]
    return outcomes[-1].rating if outcomes and isinstance(outcomes[-1], ResolutionConfirmed) else None


def _part(part: Complaint, registry: Registry, policies: Policies, lang: str) -> dict[str, Any]:
    """A part: its holder, and its question with the due date."""
    return {
        "holder_name": wording.holder(registry.holder(part.holder), registry, lang),
        **status_fields(part, lang),
        "mandatory": part.mandatory,
        "question": part.question,
        "due": explained(part, registry, policies, lang) if part.question else [],
    }
