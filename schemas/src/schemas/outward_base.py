"""What contract types have in common. They are ours to promise: an outsider never sees our events."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from schemas.limits import BODY, NOTE


class Told(BaseModel):
    """What we tell: readers must pass over fields they do not know, since we may add some."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Sent(BaseModel):
    """What outsiders send: a field that we do not know is refused, so that no misspelling is lost silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _no_nul(cls, value: object) -> object:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("must not hold a NUL character")
        return value


class Reply(Sent):
    """What every reply of an agency names."""

    complaint: UUID
    seen_version: int | None = Field(default=None, ge=0)
    """`ce_sequence` of the newest message that was read."""


BodyText = Annotated[str, StringConstraints(min_length=1, max_length=BODY)]
NoteText = Annotated[str, StringConstraints(min_length=1, max_length=NOTE)]
