"""The mandatory parts of a split complaint that its lead agency's answer must wait for."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.events.router import Part
from schemas.registry.fold import Registry
from schemas.wording.names import agency as agency_name

OpenParts = Mapping[UUID, Complaint | None]
"""The mandatory parts of a whole that are not closed; None: the part's stream does not exist yet."""
NOTHING_OPEN: Final[OpenParts] = {}


def open_parts(state: Complaint, parts: Mapping[UUID, Complaint]) -> OpenParts:
    """The mandatory parts that are not closed. A part whose stream does not exist yet counts as open."""
    mandatory = {part.id: parts.get(part.id) for part in state.parts if part.mandatory}
    return {id_: part for id_, part in mandatory.items() if part is None or part.status is not Status.CLOSED}


def holder_names(state: Complaint, parts: OpenParts, registry: Registry) -> list[str]:
    """The names of the agencies that hold these parts. All parts have the whole's public number, so numbers would not
    tell them apart. A returned part is named after the agency that it was assigned to.
    """
    return [_holder_name(part, parts[part.id], registry) for part in state.parts if part.id in parts]


def _holder_name(assigned: Part, part: Complaint | None, registry: Registry) -> str:
    holder = registry.holder(part.holder) if part is not None else None
    if holder is None or holder.agency is None:
        return agency_name(assigned.agency, assigned.unit, registry)
    return agency_name(holder.agency, holder.unit, registry)
