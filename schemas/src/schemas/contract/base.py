"""Base classes of the contract types. Outsiders never see our events, only these types."""

import unicodedata
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from schemas.base.limits import BODY, NAME, NOTE


class OutboundModel(BaseModel):
    """What we send. Readers must ignore fields that they do not know, since we may add some."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class RequestModel(BaseModel):
    """What people and programs send. An unknown field is refused, so that no misspelling is lost silently; so is a NUL
    character, which PostgreSQL cannot store.
    """

    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def _no_nul(cls, value: object) -> object:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("must not hold a NUL character")
        if isinstance(value, tuple | list):
            for each in value:
                cls._no_nul(each)
        return value


class InboundModel(RequestModel):
    """A message of the contract that outsiders send."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True)


class Reply(InboundModel):
    """The fields of every reply of an agency."""

    complaint: UUID
    seen_version: int | None = Field(default=None, ge=0)
    """`ce_sequence` of the newest message that the agency had read."""


def _not_blank(text: str) -> str:
    # Letters, digits, symbols and punctuation count; zero-width spaces and control characters do not.
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        raise ValueError("must not be empty")
    return text


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
        raise ValueError("must not hold control characters")
    return text


NameText = Annotated[
    str, StringConstraints(min_length=1, max_length=NAME), AfterValidator(_not_blank), AfterValidator(_one_line)
]
"""A name of a body or a unit, or a source, on one line."""
BodyText = Annotated[str, StringConstraints(min_length=1, max_length=BODY), AfterValidator(_not_blank)]
NoteText = Annotated[str, StringConstraints(min_length=1, max_length=NOTE), AfterValidator(_not_blank)]
