"""Which of the reporter's photos the public sees: those that the holder or the triage desk lets it see. Pure.

What is shown is the copy without hidden data; a photo that has none is never shown.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from schemas.access.principal import Principal, Role
from schemas.access.reading import Case, Extent, as_desk
from schemas.base.media_types import MEDIA_TYPES, FileKind
from schemas.base.refusals import DataErased, NotFound, PhotoNotPublic
from schemas.complaint.attachments import Attached, FileState
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.events.intake import PhotoReleased, PhotoRevoked


def check_desk(who: Principal, case: Case, *, releases: bool) -> None:
    """The desk lets the public see photos of what it holds, and may take back any photo that the public sees.

    Raises:
        NotFound: it may not.
    """
    held = as_desk(who, case).extent is Extent.EVERYTHING
    if not who.has(Role.TRIAGE) or not (held or (case.state.may_be_public and not releases)):
        raise NotFound(complaint=str(case.state.id))


def release(state: Complaint, photo: Attached, at: datetime, agency: str | None) -> Sequence[Fact]:
    """Let the public see a photo. `agency`: None: by the desk.

    Raises:
        DataErased: the reporter had it erased.
        PhotoNotPublic: the public does not see the report, or the file is no picture without hidden data.
    """
    if state.erased:
        raise DataErased(complaint=str(state.id))
    if not state.may_be_public:
        raise PhotoNotPublic(why="report_not_public")
    if not is_showable(photo):
        raise PhotoNotPublic(why="no_clean_picture")
    if photo.added.attachment in state.released:
        return []
    return [PhotoReleased(at=at, attachment=photo.added.attachment, agency=agency)]


def revoke(state: Complaint, attachment: UUID, at: datetime, agency: str | None) -> Sequence[Fact]:
    """Let the public see it no longer."""
    if attachment not in state.released:
        return []
    return [PhotoRevoked(at=at, attachment=attachment, agency=agency)]


def is_showable(photo: Attached) -> bool:
    """Whether there is a picture without hidden data."""
    return picture_bytes(photo) is not None


def picture_bytes(photo: Attached) -> int | None:
    """The size of the picture without hidden data; None: there is none."""
    checked = photo.checked
    if photo.state is not FileState.CLEANED or checked is None or checked.media_type not in MEDIA_TYPES:
        return None
    return checked.size_bytes if MEDIA_TYPES[checked.media_type].kind is FileKind.PICTURE else None
