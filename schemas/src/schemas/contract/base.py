"""Base classes of the contract types. Outsiders never see our events, only these types."""

import re
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator
from pydantic_core import PydanticKnownError

from schemas.base.limits import ANSWER_LEAST, BODY, NOTE


class OutboundModel(BaseModel):
    """What we send. Readers must ignore fields that they do not know, since we may add some."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class InboundModel(BaseModel):
    """What outsiders send. An unknown field is refused, so that no misspelling is lost silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _no_nul(cls, value: object) -> object:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("must not hold a NUL character")
        return value


class Reply(InboundModel):
    """The fields of every reply of an agency."""

    complaint: UUID
    seen_version: int | None = Field(default=None, ge=0)
    """`ce_sequence` of the newest message that the agency had read."""


BLANK: Final = (
    r"\s\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
"""Characters that show nothing: white space, controls and Unicode's Default_Ignorable_Code_Point. The class means the
same in Python and ECMA-262, for the published schemas.
"""
_SPACE: Final = r"\s\x1c-\x1f\x85"


def given_text(most: int, least: int = 1) -> Any:
    """The type of a text of at most `most` characters, and at least `least` without the space around it."""
    inner = rf"[^{_SPACE}\0]" if least == 1 else rf"[^{_SPACE}\0][^\0]{{{least - 2},}}[^{_SPACE}\0]"
    pattern = rf"^(?=[^\0]*[^{BLANK}])[{_SPACE}]*{inner}[^\0]*$".replace(r"\0", r"\x00")
    schema = {"type": "string", "minLength": least, "maxLength": most, "pattern": pattern}
    return Annotated[str, BeforeValidator(partial(_check, most, least)), WithJsonSchema(schema)]


def _check(most: int, least: int, value: object) -> object:
    if not isinstance(value, str):
        return value
    if len(value) > most:
        raise PydanticKnownError("string_too_long", {"max_length": most})
    if len(value.strip()) < least:
        raise PydanticKnownError("string_too_short", {"min_length": least})
    # Zero-width spaces and control characters show nothing.
    if not _VISIBLE.search(value):
        raise ValueError("must not be empty")
    return value


_VISIBLE: Final = re.compile(f"[^{BLANK}]")
BodyText = given_text(BODY)
NoteText = given_text(NOTE)
AnswerText = given_text(BODY, ANSWER_LEAST)
