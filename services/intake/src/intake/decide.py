"""What follows when the reporter files, adds, withdraws, confirms, disputes or asks to be forgotten?

Pure: (state, command, what was looked up) -> facts, or a Refusal that says why not. Sources: law 25/2009 articles
42 to 44 (complaints), law 27/2022 articles 43 and 44 (erasure).
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from intake.commands import AddDetail, Attach, CallOmbudsman, Confirm, Dispute, Withdraw
from intake.settings import DEFAULT_CHANNEL
from schemas.base.limits import ATTACHMENTS, PUBLIC_MOVES
from schemas.base.refusals import (
    AlreadyClosed,
    DataErased,
    InvalidField,
    NotDisputable,
    NotFound,
    RequestDiffers,
    TooManyMoves,
    WrongStatus,
)
from schemas.base.values import ComplaintClass, Place
from schemas.complaint.fold import allows
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.contract.submission import Complaining, PlaceGiven
from schemas.events.base import Fact
from schemas.events.intake import (
    AttachmentAdded,
    ComplaintFiled,
    ComplaintWithdrawn,
    DetailAdded,
    OmbudsmanRequested,
    PersonalDataErased,
    ResolutionConfirmed,
    ResolutionDisputed,
)
from schemas.registry.calendars import zone_of

EASTERNMOST: Final = "Asia/Jayapura"
"""Where in the nation a day begins first: a day that has begun nowhere in it is in the future."""


FIRST: Final = datetime(2009, 7, 18, tzinfo=UTC)
"""Since when complaints about public services have a law (law 25/2009): a channel whose clock says less is wrong, and
the citizen's clock would begin with it.
"""


def check(command: Complaining, now: datetime, received_at: datetime | None = None) -> None:
    """What only a clock can tell of a filing.

    Raises:
        InvalidField: it is said to have happened tomorrow or later, or to have come before there was a law.
    """
    if received_at is not None and received_at < FIRST:
        raise InvalidField(field="received_at", why=f"must not lie before {FIRST.date().isoformat()}")
    if command.occurred_on is not None and command.occurred_on > now.astimezone(zone_of(EASTERNMOST)).date():
        raise InvalidField(field="occurred_on", why="this day has not come yet")


def file(
    state: Complaint,
    command: Complaining,
    at: datetime,
    *,
    public_number: str,
    person: UUID | None = None,
    received_at: datetime | None = None,
) -> list[Fact]:
    """A complaint begins. `received_at`: when its channel got it, if that was before now."""
    if state.version >= 0:
        raise RequestDiffers
    check(command, at, received_at)
    filed = ComplaintFiled(
        at=at, received_at=min(received_at or at, at), text=command.text, title=command.title,
        place=_place(command.place),
        occurred_on=command.occurred_on, anonymous=command.anonymous, secret=command.secret,
        addressed_to=command.addressed_to, channel=command.channel or DEFAULT_CHANNEL, language=command.language,
        public_number=public_number, person=person, **{"class": command.class_ or ComplaintClass.COMPLAINT},
    )  # fmt: skip
    return [filed]


def add_detail(state: Complaint, command: AddDetail, at: datetime) -> list[Fact]:
    """More is told; if somebody asked, the clock runs again."""
    _may_still(state, DetailAdded)
    return [DetailAdded(at=at, text=command.text)]


def attach(state: Complaint, command: Attach, attachment: UUID, at: datetime) -> list[Fact]:
    """A file is handed in; its bytes are kept before this is said."""
    _may_still(state, AttachmentAdded)
    if state.attachments >= ATTACHMENTS:
        raise InvalidField(field="file", why=f"a complaint holds at most {ATTACHMENTS} files")
    return [
        AttachmentAdded(
            at=at,
            attachment=attachment,
            media_type=command.media_type,
            size_bytes=command.size_bytes,
            name=command.name,
        )
    ]


def withdraw(state: Complaint, command: Withdraw, at: datetime) -> list[Fact]:
    """The reporter takes it back. Once it is answered their word is to confirm or to dispute."""
    _is_whole(state, ComplaintWithdrawn)
    if state.status is Status.ANSWERED:
        raise WrongStatus(status=state.status.value, action=ComplaintWithdrawn.__name__)
    _in_order(state, ComplaintWithdrawn)
    return [ComplaintWithdrawn(at=at, reason=command.reason)]


def confirm(state: Complaint, command: Confirm, at: datetime) -> list[Fact]:
    """Closed by the reporter's own word."""
    _is_whole(state, ResolutionConfirmed)
    _in_order(state, ResolutionConfirmed)
    return [ResolutionConfirmed(at=at, rating=command.rating, words=command.words)]


def dispute(
    state: Complaint, command: Dispute, at: datetime, *, lead: Complaint | None = None, until: datetime | None = None
) -> list[Fact]:
    """The outcome does not settle it. `lead`: of a joined complaint; `until`: the last moment for a closed one, or for
    one whose lead is closed.
    """
    _is_whole(state, ResolutionDisputed)
    if state.status is Status.CLOSED:
        _disputable(state, at, until)
    if state.status is Status.JOINED:
        _follows_an_outcome(lead, at, until)
    _may_still(state, ResolutionDisputed)
    return [ResolutionDisputed(at=at, reason=command.reason)]


def call_ombudsman(state: Complaint, command: CallOmbudsman, at: datetime) -> list[Fact]:
    """The reporter's own road to the Ombudsman, whether or not anybody is late (law 25/2009 article 46(2)); asked once
    is asked for good. After the end their word is to dispute.
    """
    _is_whole(state, OmbudsmanRequested)
    if state.ombudsman is not None and state.is_open:
        return []
    _may_still(state, OmbudsmanRequested)
    return [OmbudsmanRequested(at=at, reason=command.reason)]


def erase(state: Complaint, at: datetime) -> list[Fact]:
    """The reporter is forgotten, in every status; an open complaint ends with it, since nobody can be answered.

    Not limited in number: it is a right. Asked again, there is nothing left to say.
    """
    if state.version < 0 or state.whole is not None:
        raise NotFound(what="complaint")
    if state.erased:
        return []
    erased = PersonalDataErased(at=at)
    return [ComplaintWithdrawn(at=at, cause="erasure"), erased] if state.is_open else [erased]


def follow_whole(part: Complaint, whole: Complaint, at: datetime) -> list[Fact]:
    """What the end of a whole means for its part: withdrawn with it, and forgotten with it."""
    if part.version < 0:
        return []
    facts: list[Fact] = []
    if part.is_open and (whole.erased or ended_by_reporter(whole)):
        facts.append(ComplaintWithdrawn(at=at, cause="whole"))
    if whole.erased and not part.erased:
        facts.append(PersonalDataErased(at=at))
    return facts


def ended_by_reporter(whole: Complaint) -> bool:
    """Taken back or erased: nobody waits for the parts any more."""
    return whole.status is Status.CLOSED and whole.closed is not None and whole.closed.value in ("withdrawn", "erased")


def _place(given: PlaceGiven | None) -> Place | None:
    if given is None:
        return None
    return Place(region=given.region, lat=given.lat, lon=given.lon, address=given.address)


def _disputable(state: Complaint, at: datetime, until: datetime | None) -> None:
    if not allows(state, ResolutionDisputed):
        raise NotDisputable(why=state.closed.value if state.closed else "closed")
    if until is None or at > until:
        raise NotDisputable(why="too_late", until=until.isoformat() if until else None)


def _follows_an_outcome(lead: Complaint | None, at: datetime, until: datetime | None) -> None:
    # A follower has no answer of its own before its lead has one, and its end is its lead's: as long, and no longer.
    if lead is None or lead.status not in (Status.ANSWERED, Status.CLOSED):
        raise NotDisputable(why="lead_not_answered")
    if lead.status is Status.CLOSED and until is not None and at > until:
        raise NotDisputable(why="too_late", until=until.isoformat())


def _may_still(state: Complaint, fact: type[Fact]) -> None:
    _in_order(state, fact)
    if state.moves >= PUBLIC_MOVES:
        raise TooManyMoves(limit=PUBLIC_MOVES)


def _is_whole(state: Complaint, fact: type[Fact]) -> None:
    if state.erased:
        raise DataErased(complaint=str(state.id))
    # A part is one body's share of the work: the reporter speaks about the whole.
    if state.whole is not None:
        raise WrongStatus(status=state.status.value, action=fact.__name__, part=True)


def _in_order(state: Complaint, fact: type[Fact]) -> None:
    if state.version < 0:
        raise NotFound(what="complaint")
    if state.erased:
        raise DataErased(complaint=str(state.id))
    if allows(state, fact):
        return
    if state.status is Status.CLOSED:
        raise AlreadyClosed(reason=state.closed.value if state.closed else "")
    raise WrongStatus(status=state.status.value, action=fact.__name__)
