"""The word lists and names shipped in this package, checked: a file that does not parse refuses to start."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.values import Level, RegionCode, Sector


class BadRules(Exception):
    """A data file of router is broken: nothing may be placed by it."""


class Checked(BaseModel):
    """Frozen; an unknown field is a spelling mistake and refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Phrase = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9 ]*$")]


class SectorWords(Checked):
    """Words that speak of one field. `home` is the level that has it by law 23/2014."""

    home: Level
    sure: tuple[Phrase, ...] = ()
    strong: tuple[Phrase, ...]
    plain: tuple[Phrase, ...] = ()
    weak: tuple[Phrase, ...] = ()
    level: dict[Level, tuple[Phrase, ...]] = {}


class Supervision(Checked):
    """Words of suspected misconduct, and phrases that only look like it."""

    words: tuple[Phrase, ...]
    not_: tuple[Phrase, ...] = Field(alias="not")


class Landmarks(Checked):
    """Words after which a place is named."""

    words: frozenset[Phrase]


class RuleData(Checked):
    """rules.toml."""

    version: str
    variants: dict[str, str]
    landmarks: Landmarks
    levels: dict[Level, tuple[Phrase, ...]]
    addressed: dict[Level, tuple[Phrase, ...]]
    supervision: Supervision
    sectors: dict[Sector, SectorWords]


class Unsure(Checked):
    """Names that are common words as well."""

    names: frozenset[Phrase]


class Titles(Checked):
    """Words in front of a name that tell namesakes apart."""

    city: tuple[Phrase, ...]
    regency: tuple[Phrase, ...]
    province: tuple[Phrase, ...]


class Streets(Checked):
    """Words after which a region's name is most often a street's."""

    words: frozenset[Phrase]


class NameData(Checked):
    """names.toml."""

    aliases: dict[RegionCode, tuple[Phrase, ...]]
    unsure: Unsure
    titles: Titles
    streets: Streets


class PlaceData(Checked):
    """places.toml: name, latitude and longitude by code."""

    source: str
    places: dict[RegionCode, tuple[str, float, float]]


M = TypeVar("M", bound=BaseModel)


def parse(model: type[M], text: str, name: str) -> M:
    """The data that `text` says.

    Raises:
        BadRules: no TOML, or not the right fields; names the file and the field.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadRules(f"{name}: {error}") from error


def read(name: str) -> str:
    """A data file's text."""
    return files("router").joinpath("data", name).read_text(encoding="utf-8")


def tables(name: str) -> dict[str, Any]:
    """A data file as it is."""
    return tomllib.loads(read(name))


@cache
def rule_data() -> RuleData:
    """The words. Raises BadRules."""
    return parse(RuleData, read("rules.toml"), "rules.toml")


@cache
def name_data() -> NameData:
    """How regions' names are written. Raises BadRules."""
    return parse(NameData, read("names.toml"), "names.toml")


@cache
def place_data() -> PlaceData:
    """Every province, regency and city. Raises BadRules."""
    return parse(PlaceData, read("places.toml"), "places.toml")
