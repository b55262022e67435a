"""What may the reporter ask for? The bodies of requests, refused field by field, and their one canonical form.

Filing itself is a published type, `schemas.contract.submission.Complaining`: the same over HTTP and from gateways.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from schemas.base.limits import EMAIL, NAME, PHONE
from schemas.contract.base import BodyText, InboundModel, NoteText
from schemas.contract.submission import Reporter


class AddDetail(InboundModel):
    """More about it, or the answer to a question."""

    text: BodyText


class Attach(InboundModel):
    """A file, by its content: `digest` is SHA-256 in hex."""

    digest: str
    media_type: str
    size_bytes: int
    name: Annotated[str, Field(min_length=1, max_length=NAME)] | None = None


class Withdraw(InboundModel):
    """The reporter takes it back."""

    reason: NoteText | None = None


class Confirm(InboundModel):
    """It is settled."""

    rating: int | None = Field(default=None, ge=1, le=5, strict=True)
    words: NoteText | None = None


class Dispute(InboundModel):
    """It is not settled, and why."""

    reason: BodyText


class CallOmbudsman(InboundModel):
    """The Ombudsman shall look, and why."""

    reason: BodyText


class Erase(InboundModel):
    """The reporter asks to be forgotten."""


class Follow(InboundModel):
    """Tell me what happens to it: one address, by mail or telephone."""

    email: str | None = Field(default=None, max_length=EMAIL, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    phone: str | None = Field(default=None, max_length=PHONE, pattern=r"^\+?[0-9][0-9 ()./-]{4,}$")
    language: Literal["id", "en"] = "id"

    @property
    def address(self) -> str:
        """Where to."""
        return self.email or self.phone or ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.email is None) == (self.phone is None):
            raise ValueError("give an email or a phone, one of them")
        return self


class ByCode(InboundModel):
    """The code of the first letter, which is in every notice too: it confirms, and it ends."""

    follow_code: str


def canonical(command: BaseModel) -> bytes:
    """The same bytes for the same request. What is left out and what is said by default are the same, so a field that
    is added later changes no request of before.
    """
    return command.model_dump_json(by_alias=True, exclude_defaults=True).encode()


def has_identity(reporter: Reporter | None) -> bool:
    """Whether the reporter said anything of themselves."""
    return reporter is not None and bool(reporter.name or reporter.email or reporter.phone)
