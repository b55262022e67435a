"""What may the reporter ask for? The bodies of requests, refused field by field, and their one canonical form.

The text as sent is never changed: nothing is stripped or corrected, it is taken or refused.
"""

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from intake.settings import ADDRESS_CHARS, EMAIL_CHARS, NAME_CHARS, PHONE_CHARS, TEXT_CHARS, TITLE_CHARS
from schemas.values import ComplaintClass, Place


def _said(text: str) -> str:
    """Something a person wrote and every store can hold."""
    if "\0" in text:
        raise PydanticCustomError("nul", "must not hold the character NUL")
    if text.isspace():
        raise PydanticCustomError("blank", "must not be empty")
    return text


Said = AfterValidator(_said)
Text = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_CHARS), Said]
Title = Annotated[str, StringConstraints(min_length=1, max_length=TITLE_CHARS), Said]
Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_CHARS), Said]
Address = Annotated[str, StringConstraints(min_length=1, max_length=ADDRESS_CHARS), Said]
Email = Annotated[
    str, StringConstraints(max_length=EMAIL_CHARS, pattern=r"^[^\s@<>,;:\"\\\x00]+@[^\s@<>,;:\"\\\x00]+\.[^\s@<>,;:\"\\\x00]+$")
]
Phone = Annotated[str, StringConstraints(max_length=PHONE_CHARS, pattern=r"^\+?[0-9][0-9 ().-]{3,}$")]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


class Command(BaseModel):
    """A request. Unknown fields are refused: a misspelt `anonymos` must not be silently passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def canonical(self) -> bytes:
        """The same bytes for the same request. What is left out and what is said by default are the same, so a
        field that is added later changes no request of before."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True).encode()


class Where(Place):
    """Where it happened, as told: coordinates come in pairs."""

    model_config = ConfigDict(extra="forbid")

    address: Address | None = None

    @model_validator(mode="after")
    def _paired(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise PydanticCustomError("half_a_point", "lat and lon are given together or not at all")
        return self


class Reporter(Command):
    """Who complains and how to reach them. Goes to the vault, never into an event."""

    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None

    @property
    def known(self) -> bool:
        """Something was given."""
        return bool(self.model_fields_set and (self.name or self.email or self.phone))


class FileComplaint(Command):
    """Only the text is needed; whose it is, is for us to find out."""

    text: Text
    class_: ComplaintClass = Field(default=ComplaintClass.COMPLAINT, alias="class")
    title: Title | None = None
    place: Where | None = None
    occurred_on: date | None = None
    anonymous: bool = False
    secret: bool = False
    reporter: Reporter | None = None
    addressed_to: Title | None = None
    channel: Channel | None = None
    language: Literal["id", "en"] = "id"


class AddDetail(Command):
    """More about it, or the answer to a question."""

    text: Text


class Attach(Command):
    """A file, by its content: `digest` is SHA-256 in hex."""

    digest: str
    media_type: str
    size_bytes: int
    name: Name | None = None


class Withdraw(Command):
    """The reporter takes it back."""

    reason: Text | None = None


class Confirm(Command):
    """It is settled."""

    rating: Annotated[int, Field(ge=1, le=5, strict=True)] | None = None
    words: Text | None = None


class Dispute(Command):
    """It is not settled, and why."""

    reason: Text


class Erase(Command):
    """The reporter asks to be forgotten."""


NOTHING: Final = Erase()
