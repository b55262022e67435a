"""The agency's view of a complaint: texts, timeline, and due dates with their reasons.

It never contains the reporter's name, contacts or tracking code, which stay in intake.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from schemas import wording
from schemas.complaint.attachments import Attached
from schemas.complaint.fold import RecordedFact
from schemas.complaint.state import Complaint
from schemas.deadlines.clocks import running
from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry
from schemas.wording.casefile import content_fields, holder_fields, holders_attachment, status_fields, timeline
from schemas.wording.explanations import explained


def summary(state: Complaint, registry: Registry, policies: Policies, lang: str) -> dict[str, Any]:
    """The answer to a move: the complaint's present status, holder and next due date."""
    dues = running(state, registry, policies)
    return {
        **holder_fields(state, registry, lang),
        "closed_reason": state.closed.value if state.closed else None,
        "due_at": dues[0].due_at if dues else None,
        "detail_version": state.detail_version,
    }


def casefile(
    state: Complaint,
    history: Sequence[RecordedFact],
    registry: Registry,
    policies: Policies,
    lang: str,
    parts: Mapping[UUID, Complaint],
    files: Sequence[Attached],
) -> dict[str, Any]:
    """Everything that the agency may read. `parts`: the parts of a whole whose streams exist. `files`: the reporter's,
    of a part those of its whole.
    """
    return {
        **summary(state, registry, policies, lang),
        **content_fields(state),
        "erased": state.erased,
        "question": state.question,
        "response": state.response,
        "answered_at": state.answered_at,
        "disputes": state.disputes,
        "attachments": [holders_attachment(one, anonymous=state.anonymous) for one in files],
        "parts": [
            part.model_dump(mode="json") | _part_status(parts.get(part.id), registry, lang) for part in state.parts
        ],
        "whole": str(state.whole) if state.whole else None,
        "task": state.task,
        "officer": str(state.officer) if state.officer and state.agency else None,
        "dues": explained(state, registry, policies, lang),
        "timeline": timeline(history, registry, lang, file_names=not state.anonymous),
    }


def _part_status(part: Complaint | None, registry: Registry, lang: str) -> dict[str, Any]:
    """A part's status, holder and answer, for the lead agency, which answers for all parts."""
    if part is None:
        return {"status": None, "status_text": None, "holder": None, "holder_name": None, "response": None}
    holder = registry.holder(part.holder)
    return {
        **status_fields(part, lang),
        "holder": str(holder),
        "holder_name": wording.holder(holder, registry, lang),
        "response": part.response,
    }
