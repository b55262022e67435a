"""What a reporter may do: file, add, withdraw, confirm, dispute, call the Ombudsman, erase.

Each command stands above the function that decides it; the command of filing is published as
`schemas.contract.submission.Complaining`. Pure: (state, command, look-ups) -> facts, or a Refusal that says why not.
Sources: law 25/2009 articles 42 to 44 (complaints), law 27/2022 articles 43 and 44 (erasure).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, NamedTuple
from uuid import UUID

from pydantic import Field

from intake.settings import DEFAULT_CHANNEL
from schemas.base.limits import ATTACHMENTS, NAME, PUBLIC_MOVES, PUBLIC_NOTES
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
from schemas.contract.base import BodyText, InboundModel, NoteText
from schemas.contract.submission import Complaining, PlaceGiven
from schemas.contract.written import WHOLE
from schemas.events.base import Fact
from schemas.events.intake import (
    AttachmentAdded,
    AttachmentChecked,
    ComplaintFiled,
    ComplaintWithdrawn,
    DetailAdded,
    ErasureRefused,
    ErasureRequested,
    JoinDeclined,
    NoteAdded,
    OmbudsmanRequested,
    PersonalDataErased,
    ResolutionConfirmed,
    ResolutionDisputed,
)
from schemas.registry.calendars import zone_of

EASTERNMOST: Final = "Asia/Jayapura"
"""The nation's easternmost time zone: a day that has not begun there lies in the future."""
FIRST: Final = datetime(2009, 7, 18, tzinfo=UTC)
"""The day of law 25/2009. A channel whose clock shows an earlier time is wrong, and due dates are counted from it."""


def check(command: Complaining, now: datetime, received_at: datetime | None = None) -> None:
    """Check a filing's dates.

    Raises:
        InvalidField: it happened tomorrow or later, or was received before `FIRST`.
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
    code_version: int = 1,
) -> list[Fact]:
    """Begin a complaint. `received_at`: when its channel received it, if earlier than `at`.

    Raises:
        RequestDiffers: the stream exists; and as `check` says.
    """
    if state.version >= 0:
        raise RequestDiffers
    check(command, at, received_at)
    filed = ComplaintFiled(
        at=at, received_at=min(received_at or at, at), text=command.text, title=command.title,
        place=_place(command.place),
        occurred_on=command.occurred_on, anonymous=command.anonymous, secret=command.secret,
        addressed_to=command.addressed_to, channel=command.channel or DEFAULT_CHANNEL, language=command.language,
        public_number=public_number, person=person, code_version=code_version,
        public_position=command.public_position or "policy", **{"class": command.class_ or ComplaintClass.COMPLAINT},
    )  # fmt: skip
    return [filed]


class AddDetail(InboundModel):
    """More about the complaint, or the answer to a question."""

    text: BodyText


def add_detail(state: Complaint, command: AddDetail, at: datetime) -> list[Fact]:
    """If a question is open, this answers it and the clock runs again."""
    _must_allow_move(state, DetailAdded)
    return [DetailAdded(at=at, text=command.text)]


class AddNote(InboundModel):
    """What somebody who did not prove to be the reporter wrote, through this channel."""

    text: BodyText
    channel: str


def add_note(state: Complaint, command: AddNote, at: datetime) -> list[Fact]:
    """Add a note for the holder; the clocks and the reporter's own limit do not move.

    Raises:
        NotFound: nobody but the reporter and the holder may know of it.
        TooManyMoves: it has `PUBLIC_NOTES` already.
    """
    if state.version < 0 or state.is_protected or state.whole is not None or state.erased:
        raise NotFound(what=state.public_number or "complaint")
    _must_allow(state, NoteAdded)
    if state.notes >= PUBLIC_NOTES:
        raise TooManyMoves(limit=PUBLIC_NOTES)
    return [NoteAdded(at=at, text=command.text, channel=command.channel)]


class Attach(InboundModel):
    """A file. `digest` is the SHA-256 of its content in hex."""

    digest: str
    media_type: str
    size_bytes: int
    name: Annotated[str, Field(min_length=1, max_length=NAME)] | None = None


def attach(state: Complaint, command: Attach, attachment: UUID, at: datetime) -> list[Fact]:
    """Add a file. Its content is stored before this fact is appended."""
    _must_allow_move(state, AttachmentAdded)
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


class CheckResult(NamedTuple):
    """What came of scanning and cleaning a file: `media_type` and `size_bytes` of the copy, else of the file itself."""

    outcome: Literal["cleaned", "uncleaned", "harmful", "infected"]
    media_type: str
    size_bytes: int
    scanned: bool = False


def check_attachment(state: Complaint, attachment: UUID, result: CheckResult, at: datetime) -> list[Fact]:
    """Record the result once; of a file that was checked without a scanner once more when it was scanned. A file with
    hidden data is shown to the holder only if its reporter is not anonymous, a harmful one never.
    """
    waits = attachment in state.unchecked or (result.scanned and attachment in state.unscanned)
    if state.erased or not waits:
        return []
    kept = "withheld" if state.anonymous or result.outcome == "harmful" else "original"
    return [
        AttachmentChecked(
            at=at,
            attachment=attachment,
            outcome=kept if result.outcome in ("uncleaned", "harmful") else result.outcome,
            media_type=result.media_type,
            size_bytes=result.size_bytes,
            scanned=result.scanned,
        )
    ]


class Withdraw(InboundModel):
    """The reporter withdraws the complaint."""

    reason: NoteText | None = None


def withdraw(state: Complaint, command: Withdraw, at: datetime) -> list[Fact]:
    """Close the complaint. An answered one can only be confirmed or disputed."""
    _must_be_whole(state, ComplaintWithdrawn)
    if state.status is Status.ANSWERED:
        raise WrongStatus(status=state.status.value, action=ComplaintWithdrawn.__name__)
    _must_allow(state, ComplaintWithdrawn)
    return [ComplaintWithdrawn(at=at, reason=command.reason)]


class Confirm(InboundModel):
    """The reporter confirms that the answer settles the complaint."""

    rating: Annotated[int, Field(ge=1, le=5), WHOLE] | None = None
    words: NoteText | None = None


def confirm(state: Complaint, command: Confirm, at: datetime) -> list[Fact]:
    """Close the complaint as confirmed."""
    _must_be_whole(state, ResolutionConfirmed)
    _must_allow(state, ResolutionConfirmed)
    return [ResolutionConfirmed(at=at, rating=command.rating, words=command.words)]


class Dispute(InboundModel):
    """The reporter disputes the outcome."""

    reason: BodyText


def dispute(
    state: Complaint, command: Dispute, at: datetime, *, lead: Complaint | None = None, until: datetime | None = None
) -> list[Fact]:
    """Reopen the complaint. `lead`: of a joined complaint. `until`: the last moment to dispute, if the complaint or its
    lead is closed.

    Raises:
        NotDisputable: too late, or there is no outcome to dispute.
    """
    _must_be_whole(state, ResolutionDisputed)
    if state.status is Status.CLOSED:
        _must_be_disputable(state, at, until)
    if state.status is Status.JOINED:
        _lead_is_answered(lead, at, until)
    _must_allow_move(state, ResolutionDisputed)
    return [ResolutionDisputed(at=at, reason=command.reason)]


class DeclineJoin(InboundModel):
    """The reporter says that it is another matter than the report it was joined to."""

    reason: NoteText | None = None


def decline_join(state: Complaint, command: DeclineJoin, at: datetime, leads: Sequence[UUID] = ()) -> list[Fact]:
    """Place the complaint on its own again, at any time while it is joined. `leads`: the complaints that its lead
    follows itself. It does not count towards `PUBLIC_MOVES`: nobody may be kept in a join.
    """
    _must_be_whole(state, JoinDeclined)
    _must_allow(state, JoinDeclined)
    chain = dict.fromkeys((state.lead, *leads) if state.lead else leads)
    return [JoinDeclined(at=at, leads=tuple(chain), reason=command.reason)]


class CallOmbudsman(InboundModel):
    """The reporter asks the Ombudsman to look at the complaint."""

    reason: BodyText


def call_ombudsman(state: Complaint, command: CallOmbudsman, at: datetime) -> list[Fact]:
    """Allowed whether or not a date was missed (law 25/2009 article 46(2)); a second request of an open complaint adds
    nothing.
    """
    _must_be_whole(state, OmbudsmanRequested)
    if state.ombudsman is not None and state.is_open:
        return []
    _must_allow_move(state, OmbudsmanRequested)
    return [OmbudsmanRequested(at=at, reason=command.reason)]


class Erase(InboundModel):
    """The reporter asks for the erasure of all personal data."""


def erase(state: Complaint, at: datetime) -> list[Fact]:
    """Erase in any status. An open complaint is also withdrawn, since nobody can be answered. Repeatable. While
    suspected misconduct is examined, the request waits for the examining body (law 27/2022 articles 44(1)c and 50).

    It does not count towards `PUBLIC_MOVES`, because it is a right.
    """
    if not is_examined(state) or state.erased:
        return erase_now(state, at)
    # A request that was refused may be made again; one that waits is there already.
    return [ErasureRequested(at=at)] if state.erasure is None or state.erasure_refused else []


def is_examined(state: Complaint) -> bool:
    """A body examines suspected misconduct."""
    return state.is_open and state.supervision and state.routed is not None and state.whole is None


def erase_after_examination(state: Complaint, at: datetime) -> list[Fact]:
    """What waited for the end of an examination that has ended."""
    return [] if state.erasure is None or is_examined(state) else erase_now(state, at)


class DecideErasure(InboundModel):
    """The examining body decides on a request for erasure. The reporter reads the reason of a refusal."""

    decision: Literal["erase", "keep"]
    reason: NoteText


def decide_erasure(state: Complaint, command: DecideErasure, at: datetime, body: str) -> list[Fact]:
    """Erase now, or keep the data until the examination ends.

    Raises:
        WrongStatus: no request waits.
    """
    if state.erased:
        raise DataErased(complaint=str(state.id))
    if state.erasure is None or state.erasure_refused or not allows(state, ErasureRefused):
        raise WrongStatus(status=state.status.value, action=ErasureRefused.__name__)
    if command.decision == "erase":
        return erase_now(state, at)
    return [ErasureRefused(at=at, agency=body, reason=command.reason)]


def erase_now(state: Complaint, at: datetime) -> list[Fact]:
    """Erase, and withdraw what is open."""
    if state.version < 0 or state.whole is not None:
        raise NotFound(what="complaint")
    if state.erased:
        return []
    erased = PersonalDataErased(at=at)
    return [ComplaintWithdrawn(at=at, cause="erasure"), erased] if state.is_open else [erased]


def follow_whole(part: Complaint, whole: Complaint, at: datetime) -> list[Fact]:
    """Withdraw and erase a part together with its whole."""
    if part.version < 0:
        return []
    facts: list[Fact] = []
    if part.is_open and (whole.erased or ended_by_reporter(whole)):
        facts.append(ComplaintWithdrawn(at=at, cause="whole"))
    if whole.erased and not part.erased:
        facts.append(PersonalDataErased(at=at))
    return facts


def ended_by_reporter(whole: Complaint) -> bool:
    """Whether the reporter withdrew or erased it, so that its parts end too."""
    return whole.status is Status.CLOSED and whole.closed is not None and whole.closed.value in ("withdrawn", "erased")


def _place(given: PlaceGiven | None) -> Place | None:
    if given is None:
        return None
    return Place(region=given.region, lat=given.lat, lon=given.lon, address=given.address)


def _must_be_disputable(state: Complaint, at: datetime, until: datetime | None) -> None:
    if not allows(state, ResolutionDisputed):
        raise NotDisputable(why=state.closed.value if state.closed else "closed")
    if until is None or at > until:
        raise NotDisputable(why="too_late", until=until.isoformat() if until else None)


def _lead_is_answered(lead: Complaint | None, at: datetime, until: datetime | None) -> None:
    # A joined complaint has its lead's answer and end, so it can be disputed when and as long as its lead.
    if lead is None or lead.status not in (Status.ANSWERED, Status.CLOSED):
        raise NotDisputable(why="lead_not_answered")
    if lead.status is Status.CLOSED and until is not None and at > until:
        raise NotDisputable(why="too_late", until=until.isoformat())


def _must_allow_move(state: Complaint, fact: type[Fact]) -> None:
    _must_allow(state, fact)
    if state.moves >= PUBLIC_MOVES:
        raise TooManyMoves(limit=PUBLIC_MOVES)


def _must_be_whole(state: Complaint, fact: type[Fact]) -> None:
    if state.erased:
        raise DataErased(complaint=str(state.id))
    # A part is one agency's share of the work; the reporter acts on the whole.
    if state.whole is not None:
        raise WrongStatus(status=state.status.value, action=fact.__name__, part=True)


def _must_allow(state: Complaint, fact: type[Fact]) -> None:
    if state.version < 0:
        raise NotFound(what="complaint")
    if state.erased:
        raise DataErased(complaint=str(state.id))
    if allows(state, fact):
        return
    if state.status is Status.CLOSED:
        raise AlreadyClosed(reason=state.closed.value if state.closed else "")
    raise WrongStatus(status=state.status.value, action=fact.__name__)
