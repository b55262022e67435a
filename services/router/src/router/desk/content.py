"""The desk's decisions about what people report of the content of a public report: leave it, hide it, show it again.

The complaint goes on whatever is decided. Rewording is `router.desk.decide.restate`.
"""

from router.desk.decide import DecisionContext
from schemas.base.refusals import NotFound
from schemas.base.values import ContentReason
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.events.router import ContentKept, ReportHidden, ReportShown


def hide(state: Complaint, by: DecisionContext, reason: ContentReason, note: str) -> list[Fact]:
    """Take it from the public. Raises NotFound: the public does not know of it."""
    _check_public(state)
    if state.hidden == reason:
        return []
    return [ReportHidden(at=by.at, reason=reason, note=note)]


def show(state: Complaint, by: DecisionContext, note: str | None) -> list[Fact]:
    """Give it back to the public. Raises NotFound: the public does not know of it."""
    _check_public(state)
    return [ReportShown(at=by.at, note=note)] if state.hidden is not None else []


def keep(state: Complaint, by: DecisionContext, note: str | None) -> list[Fact]:
    """Leave it as it is, with what was reported so far as read. Raises NotFound: the public does not know of it."""
    _check_public(state)
    return [ContentKept(at=by.at, note=note)]


def _check_public(state: Complaint) -> None:
    if not state.may_be_public:
        raise NotFound(complaint=str(state.id))
