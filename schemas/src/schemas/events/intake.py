"""Facts that intake owns: what the reporter said and did."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.base.sealed import Sealed
from schemas.base.values import ComplaintClass, Place
from schemas.events.base import Fact


class ComplaintFiled(Fact):
    """Somebody has complained, and from `received_at` on the citizen's clock runs (law 25/2009 article 44)."""

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


class DetailAdded(Fact):
    """The reporter told more, or answered a question: whoever holds it must read this before answering."""

    text: Sealed[str]


class AttachmentAdded(Fact):
    """The reporter handed in a file; the bytes lie in the attachment store under this id."""

    attachment: UUID
    media_type: str
    size_bytes: int = Field(ge=0)
    name: Sealed[str] | None = None


class ComplaintWithdrawn(Fact):
    """The reporter takes it back, or erasure or the end of the whole takes it back for them: nobody need act."""

    cause: Literal["reporter", "erasure", "whole"] = "reporter"
    reason: Sealed[str] | None = None


class ResolutionConfirmed(Fact):
    """The reporter says that it is settled: closed by their word, which is more than closed by silence."""

    rating: int | None = Field(default=None, ge=1, le=5)
    words: Sealed[str] | None = None


class ResolutionDisputed(Fact):
    """The reporter says that it is not settled: the work goes on, and the second time the Ombudsman looks."""

    reason: Sealed[str]


class OmbudsmanRequested(Fact):
    """The reporter would rather have the Ombudsman look than wait for the provider (law 25/2009 article 46(2))."""

    reason: Sealed[str]


class PersonalDataErased(Fact):
    """The reporter asked to be forgotten (law 27/2022 articles 43 and 44): every text so far is unreadable."""
