"""Events that intake owns: what the reporter said and did."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.base.sealed import Sealed
from schemas.base.values import AgencyId, ComplaintClass, Place
from schemas.events.base import Fact


class ComplaintFiled(Fact):
    """A complaint was filed. The citizen's clock runs from `received_at` (law 25/2009 article 44)."""

    received_at: AwareDatetime
    class_: ComplaintClass = Field(default=ComplaintClass.COMPLAINT, alias="class")
    text: Sealed[str]
    title: Sealed[str] | None = None
    place: Place | None = None
    occurred_on: date | None = None
    anonymous: bool = False
    secret: bool = False
    addressed_to: Sealed[str] | None = None
    channel: str
    language: Literal["id", "en"] = "id"
    public_number: str
    person: UUID | None = None
    code_version: int = Field(default=1, ge=1)
    """The version of the code secret that its tracking code comes from."""
    public_position: Literal["policy", "rounded", "none"] = "none"
    """How precisely the public sees the position: by the policy of its matter, or coarser by the reporter's wish. Older
    events keep none.
    """


class DetailAdded(Fact):
    """The reporter added a detail or answered a question. The holder must read it before answering."""

    text: Sealed[str]


class NoteAdded(Fact):
    """Somebody who did not prove to be the reporter wrote about it. It answers no question, and nobody has to read it
    before answering.
    """

    text: Sealed[str]
    channel: str


class AttachmentAdded(Fact):
    """The reporter added a file; its bytes are in the attachment store under this id."""

    attachment: UUID
    media_type: str
    size_bytes: int = Field(ge=0)
    name: Sealed[str] | None = None


class AttachmentChecked(Fact):
    """A file was scanned, if there is a scanner, and a copy without hidden data was made, if that is possible.

    `cleaned`: the holder opens that copy, of `media_type` and `size_bytes`. `original`: there is no copy, and the
    holder opens the file as it was sent. `withheld`: there is no copy, and the reporter is anonymous or the file may
    harm who opens it, so the holder opens nothing. `infected`: nobody opens it.
    """

    attachment: UUID
    outcome: Literal["cleaned", "original", "withheld", "infected"]
    media_type: str
    size_bytes: int = Field(ge=0)
    scanned: bool = False


class PhotoReleased(Fact):
    """Who holds the complaint, or the triage desk, lets the public see a photo: its copy without hidden data.
    `agency`: None: the desk.
    """

    attachment: UUID
    agency: AgencyId | None = None


class PhotoRevoked(Fact):
    """The public sees that photo no longer."""

    attachment: UUID
    agency: AgencyId | None = None


class ComplaintWithdrawn(Fact):
    """Withdrawn by the reporter, by an erasure, or for a part because its whole ended."""

    cause: Literal["reporter", "erasure", "whole"] = "reporter"
    reason: Sealed[str] | None = None


class ResolutionConfirmed(Fact):
    """The reporter confirms that the matter is settled; counted apart from closing by silence."""

    rating: int | None = Field(default=None, ge=1, le=5)
    words: Sealed[str] | None = None


class ResolutionDisputed(Fact):
    """The reporter disputes the outcome: the work goes on. The second dispute goes to the Ombudsman as well."""

    reason: Sealed[str]


class JoinDeclined(Fact):
    """The reporter says that it is not the same matter as the complaint it was joined to: it is placed on its own.

    `leads`: that complaint, and those that it followed itself. It never follows one of them again.
    """

    leads: tuple[UUID, ...] = Field(min_length=1)
    reason: Sealed[str] | None = None


class OmbudsmanRequested(Fact):
    """The reporter asks for the Ombudsman without waiting for the agency (law 25/2009 article 46(2))."""

    reason: Sealed[str]


class ContactRead(Fact):
    """The body that holds the complaint read the reporter's name and contacts (law 27/2022 article 32). The reporter is
    told which body, when and why; the metadata alone say which person.
    """

    agency: AgencyId
    reason: Sealed[str]
    part: UUID | None = None
    """The part of the complaint that the body holds; None: the complaint itself."""


class DataAccessRequested(Fact):
    """The reporter asked for everything that is held about them (law 27/2022 article 7). It is due within 3 x 24 hours
    (article 32).
    """

    due_at: AwareDatetime


class DataAccessGiven(Fact):
    """The reporter got it."""


class ErasureRequested(Fact):
    """The reporter asked for erasure while suspected misconduct is examined: the examining body decides within 3 x 24
    hours (law 27/2022 articles 43, 44 and 50). At any other time an erasure is carried out at once.
    """


class ErasureRefused(Fact):
    """The examining body keeps the data for now, and says why. The data is erased when the examination ends."""

    agency: AgencyId
    reason: Sealed[str]


class PersonalDataErased(Fact):
    """The reporter asked for erasure (law 27/2022 articles 43 and 44): every text so far is unreadable."""


class CaseImported(Fact):
    """A case that another system had closed before this platform began. It stands alone in its own stream: no clock
    runs for it, no book counts it, and no agency is told of it.
    """

    source: str
    """The system that it comes from."""
    source_id: str
    """Its id there."""
    received_at: AwareDatetime
    answered_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    class_: ComplaintClass = Field(default=ComplaintClass.COMPLAINT, alias="class")
    text: Sealed[str]
    title: Sealed[str] | None = None
    answer: Sealed[str] | None = None
    place: Place | None = None
    agency: AgencyId | None = None
    """The body that handled it, if it is in our registry."""
    office: str | None = None
    """Its name in the other system."""
    status: str | None = None
    """How it ended, in the words of the other system."""
