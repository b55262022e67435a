"""What contract types have in common. They are ours to promise: an outsider never sees our events."""

import unicodedata
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from schemas.base.limits import BODY, NOTE


class OutboundModel(BaseModel):
    """What we tell: readers must pass over fields they do not know, since we may add some."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class InboundModel(BaseModel):
    """What outsiders send: a field that we do not know is refused, so that no misspelling is lost silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _no_nul(cls, value: object) -> object:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("must not hold a NUL character")
        return value


class Reply(InboundModel):
    """What every reply of an agency names."""

    complaint: UUID
    seen_version: int | None = Field(default=None, ge=0)
    """`ce_sequence` of the newest message that was read."""


def _says_something(text: str) -> str:
    # Letters, digits, signs and punctuation are read; spaces without width and control characters are not.
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in text):
        raise ValueError("must not be empty")
    return text


BodyText = Annotated[str, StringConstraints(min_length=1, max_length=BODY), AfterValidator(_says_something)]
NoteText = Annotated[str, StringConstraints(min_length=1, max_length=NOTE), AfterValidator(_says_something)]
