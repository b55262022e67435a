r"""Fields that a message must hold as its JSON Schema says, and as nothing else that could be read as such a value.

Each pattern means the same in Python and ECMA-262. `$` alone also matches before a final line feed in Python.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
)
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from schemas.base.values import DAY, AgencyId, RegionGiven, UnitId


@dataclass(frozen=True, slots=True)
class Written:
    """A value of `kind` that is written in this form, a pattern without anchors; `error` makes the refusal."""

    form: str
    kind: type[object]
    error: Callable[[], PydanticKnownError]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": rf"^(?:{self.form})$(?!\n)"}

    def _check(self, value: object) -> object:
        if isinstance(value, self.kind) or (isinstance(value, str) and re.fullmatch(self.form, value)):
            return value
        raise self.error()


class SpaceAround:
    """Publishes of a text of one form that white space around it is ignored, as `InboundModel` ignores it."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        found = handler(schema)
        form = found["pattern"].removeprefix("^").removesuffix("$")
        return {"type": "string", "pattern": f"^{SPACE}*{form}{SPACE}*$"}


SPACE: Final = r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
"""Unicode's White_Space, which pydantic strips."""

_TIME: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_INSTANT: Final = rf"{DAY}[Tt]{_TIME}:[0-5][0-9](?:\.[0-9]+)?(?:[Zz]|[+-]{_TIME})"
"""RFC 3339, section 5.6, without leap seconds."""
_UUID: Final = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
"""RFC 9562, section 4."""


def _whole(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 3.0 is an integer in JSON Schema
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticKnownError("int_type")
    return value


Truth = Annotated[bool, Strict()]
"""true or false; no word or number that means it."""
Number = Annotated[float, Strict()]
"""A JSON number; no text, no boolean."""
WHOLE: Final = BeforeValidator(_whole)
"""Beside an int with its limits: a JSON number without a fraction; no text, no boolean."""
Version = Annotated[int, Field(ge=0), WHOLE]
"""A version of a complaint."""
InstantGiven = Annotated[AwareDatetime, Written(_INSTANT, datetime, lambda: PydanticKnownError("datetime_type"))]
"""A time written as 2026-03-01T09:00:00+07:00."""
UuidGiven = Annotated[
    UUID, Written(_UUID, UUID, lambda: PydanticKnownError("uuid_parsing", {"error": "not in the form 8-4-4-4-12"}))
]
"""A UUID with its hyphens, in upper or lower case."""
AgencyGiven = Annotated[AgencyId, SpaceAround()]
UnitGiven = Annotated[UnitId, SpaceAround()]
Region = Annotated[RegionGiven, SpaceAround()]
