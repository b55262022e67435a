"""Base classes of the contract types. Outsiders never see our events, only these types."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    field_validator,
)
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from schemas.base.limits import ANSWER_LEAST, BODY, NAME, NOTE
from schemas.contract.written import UuidGiven, Version


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

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Reply(InboundModel):
    """The fields of every reply of an agency."""

    complaint: UuidGiven
    seen_version: Version | None = None
    """`ce_sequence` of the newest message that the agency had read."""


BLANK: Final = (
    r"\s\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
"""Characters that show nothing: white space, controls and Unicode's Default_Ignorable_Code_Point. The class means the
same in Python and ECMA-262, for the published schemas.
"""
_SPACE: Final = r"\s\x1c-\x1f\x85"


@dataclass(frozen=True, slots=True)
class Visible:
    """A text of at most `most` characters, and at least `least` without the space around it, that shows something."""

    most: int
    least: int = 1

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, _: CoreSchema, __: GetJsonSchemaHandler) -> dict[str, Any]:
        edge, anything = rf"[^{_SPACE}\x00]", r"[^\x00]"
        inner = edge if self.least == 1 else f"{edge}{anything}{{{self.least - 2},}}{edge}"
        pattern = f"^(?={anything}*[^{BLANK}])[{_SPACE}]*{inner}{anything}*$"
        return {"type": "string", "minLength": self.least, "maxLength": self.most, "pattern": pattern}

    def _check(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        if len(value) > self.most:
            raise PydanticKnownError("string_too_long", {"max_length": self.most})
        if len(value.strip()) < self.least:
            raise PydanticKnownError("string_too_short", {"min_length": self.least})
        # Zero-width spaces and control characters show nothing.
        if not _VISIBLE.search(value):
            raise ValueError("must not be empty")
        return value


_VISIBLE: Final = re.compile(f"[^{BLANK}]")
BodyText = Annotated[str, Visible(BODY)]
NoteText = Annotated[str, Visible(NOTE)]
AnswerText = Annotated[str, Visible(BODY, ANSWER_LEAST)]


def _one_line(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("must not hold control characters")
    return text


_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
NameText = Annotated[str, Visible(NAME), AfterValidator(_one_line)]
"""A name of a body or a unit, or a source, on one line."""
