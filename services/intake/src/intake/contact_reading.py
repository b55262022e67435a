"""Who may read the reporter's name and contacts, and the fact that tells the reporter of it. Pure.

Source: law 27/2022 articles 32 (the record of processing) and 36 (confidentiality).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from schemas.access.accused import is_kept_from
from schemas.access.principal import FOR_AN_AGENCY, Principal, Role
from schemas.base.refusals import DataErased, NoPermission, NotFound
from schemas.base.values import Holder
from schemas.complaint.state import Complaint
from schemas.contract.base import InboundModel, NoteText
from schemas.events.base import Fact
from schemas.events.intake import ContactRead
from schemas.registry.fold import Registry

NATIONAL_INSPECTORATE: Final = "ombudsman"
"""The body of an inspectorate role that names none."""


class ReadContact(InboundModel):
    """Ask who complained. The reporter reads the reason and the body's name, never who asked."""

    reason: NoteText


def body_of(who: Principal, asked: Complaint, held: Complaint, registry: Registry) -> str:
    """The body for which `who` reads the contact of `asked`, a complaint or a part. `held`: the same, or the lead that
    it follows.

    Suspected misconduct is only for the inspectorate that examines it (Presidential Regulation 76/2013).

    Raises:
        NotFound: `who` acts for nobody that holds it, as if there were no such complaint.
    """
    holder, both = registry.holder(held.holder), (asked, held)
    allowed = _examines if any(each.supervision for each in both) else _works_for
    kept = any(is_kept_from(who, each, registry) for each in both)
    if held.version < 0 or holder.agency is None or kept or not allowed(who, holder):
        raise NotFound(complaint=str(asked.id))
    return holder.agency


def read_contact(owner: Complaint, command: ReadContact, at: datetime, body: str, part: UUID | None) -> Sequence[Fact]:
    """Record the reading in the stream of `owner`, whose reporter it is.

    Raises:
        NotFound: the reporter gave neither a name nor a contact.
        NoPermission: the reporter is anonymous, or asked for erasure.
        DataErased: the reporter had it erased.
    """
    if owner.version < 0 or (owner.person is None and not owner.anonymous):
        raise NotFound(what="person")
    if owner.erased:
        raise DataErased(complaint=str(owner.id))
    # Asking for erasure restricts what is done with the data until it is decided (law 27/2022 article 41).
    if owner.anonymous or (owner.erasure is not None and not owner.erasure_refused):
        raise NoPermission(what="person")
    return [ContactRead(at=at, agency=body, reason=command.reason, part=part)]


def _works_for(who: Principal, holder: Holder) -> bool:
    units = who.units(holder.agency or "")
    return units is None or holder.unit in units


def _examines(who: Principal, holder: Holder) -> bool:
    bodies = {grant.body or NATIONAL_INSPECTORATE for grant in who.in_role(Role.INSPECTORATE)}
    if holder.agency in bodies:
        return True
    # A unit that holds it is the inspectorate; without one the whole body is.
    return any(grant.body == holder.agency and grant.unit == holder.unit for grant in who.in_role(*FOR_AN_AGENCY))
