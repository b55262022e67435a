"""The mapping file of an import: which column holds what, and what the other system's words mean."""

import tomllib
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from schemas.base.values import AgencyId, ComplaintClass
from schemas.wording.fields import by_field

Outcome = Literal["closed", "open"]


class BadMapping(Exception):
    """The file is no mapping; the message names file and field."""


class Columns(BaseModel):
    """The columns by what they hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    received: str
    status: str
    closed: str | None = None
    answered: str | None = None
    answer: str | None = None
    title: str | None = None
    class_: str | None = Field(default=None, alias="class")
    office: str | None = None
    region: str | None = None
    address: str | None = None
    lat: str | None = None
    lon: str | None = None

    @property
    def named(self) -> list[str]:
        """The columns that the file must have."""
        return [column for column in self.model_dump().values() if column]


class Mapping(BaseModel):
    """`source`: the system that the cases come from; with the id it names a case for ever. `status`, `class` and
    `office`: what its words mean. Every word of `status` and `class` must be there; an office that is not there is kept
    by its name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=1, max_length=64)
    zone: str = "Asia/Jakarta"
    columns: Columns
    status: dict[str, Outcome]
    class_: dict[str, ComplaintClass] = Field(default={}, alias="class")
    office: dict[str, AgencyId] = {}

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is not a time zone such as Asia/Makassar") from error
        return name


def read_mapping(file: Path) -> Mapping:
    """The mapping of a TOML file.

    Raises:
        BadMapping: it cannot be read, is no TOML, or a field is missing, unknown or wrong.
    """
    try:
        return Mapping.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise BadMapping(f"{file}: {'; '.join(by_field(each) for each in error.errors())}") from error
    except (OSError, ValueError) as error:
        raise BadMapping(f"{file}: {error}") from error
