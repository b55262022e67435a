"""The pictures among a case's files: which of them the public sees, and whether this agency can change that. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from agency_inbox.access import holds
from schemas.base.media_types import MEDIA_TYPES, FileKind
from schemas.complaint.attachments import FileState
from schemas.complaint.state import Complaint
from schemas.registry.fold import Registry


class Photo(NamedTuple):
    """A picture without hidden data. `public`: the public sees it now."""

    id: UUID
    name: str
    public: bool


class Photos(NamedTuple):
    """The pictures of a case. `releases`: the agency can let the public see them; `revokes`: it can take them back."""

    found: Sequence[Photo]
    releases: bool
    revokes: bool


def photos_of(files: Sequence[Mapping[str, Any]], state: Complaint, registry: Registry, agency: str) -> Photos:
    """`files`: as the case file lists them. What the public sees is only for the holder of the whole report."""
    found = [
        Photo(UUID(str(one["id"])), one["name"], UUID(str(one["id"])) in state.released)
        for one in files
        if one["state"] == FileState.CLEANED and _is_picture(one["media_type"])
    ]
    held = state.whole is None and not state.erased and holds(state, registry, agency)
    return Photos(found, held and state.may_be_public, held)


def _is_picture(media_type: str) -> bool:
    return media_type in MEDIA_TYPES and MEDIA_TYPES[media_type].kind is FileKind.PICTURE
