"""The case file of a complaint for the desk, the arbiter and a holder: its text, candidates, and why it is here."""

from typing import Any

from schemas.base.values import Candidate
from schemas.complaint.state import Complaint
from schemas.deadlines import timeline_due
from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry
from schemas.wording.casefile import content_fields, holder_fields


def summary(state: Complaint, registry: Registry, policies: Policies, lang: str) -> dict[str, Any]:
    """Where the complaint is now: the answer to every change."""
    return {**holder_fields(state, registry, lang), "due_at": timeline_due(state, registry, policies)}


def casefile(state: Complaint, registry: Registry, policies: Policies, lang: str) -> dict[str, Any]:
    """Everything that a decision needs, without the reporter's identity."""
    return {
        **summary(state, registry, policies, lang),
        **content_fields(state),
        "addressed_to": state.addressed_to,
        **_reasons(state),
        "since": state.stage.at,
        "candidates": [_candidate(each, registry) for each in _candidates(state)],
        "returned_by": [_agency(agency, registry) for agency in dict.fromkeys(state.returned_by)],
        "parts": [part.model_dump(mode="json", exclude_none=True) for part in state.parts],
        "whole": str(state.whole) if state.whole else None,
        "task": state.task,
    }


def _reasons(state: Complaint) -> dict[str, Any]:
    back, read = state.last_return, state.classified
    return {
        "reason": state.referred.reason if state.referred else None,
        "basis": read.basis.model_dump(mode="json", exclude_none=True) if read else None,
        "last_return": back.model_dump(mode="json", exclude_none=True) if back else None,
    }


def _candidates(state: Complaint) -> tuple[Candidate, ...]:
    if state.referred is not None and state.referred.candidates:
        return state.referred.candidates
    return state.classified.alternatives if state.classified else ()


def _candidate(each: Candidate, registry: Registry) -> dict[str, Any]:
    return {**_agency(each.agency, registry), "unit": each.unit, "score": each.score, "reason": each.reason}


def _agency(agency: str, registry: Registry) -> dict[str, Any]:
    body = registry.agencies.get(agency)
    return {"agency": agency, "name": body.name if body else None}
