"""The word lists and names shipped in this package, checked: a file that does not parse refuses to start."""

import re
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.base.values import Level, RegionCode, Sector

_REGENCY: Final = re.compile(r"\d\d\.\d\d")
_FIELDS: Final = 4


class BadRules(Exception):
    """A data file of router is broken: nothing may be placed by it."""


class StrictModel(BaseModel):
    """Frozen; an unknown field is a spelling mistake and refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Phrase = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9 ]*$")]


class SectorWords(StrictModel):
    """Words that speak of one field. `home` is the level that has it by law 23/2014."""

    home: Level
    sure: tuple[Phrase, ...] = ()
    strong: tuple[Phrase, ...]
    plain: tuple[Phrase, ...] = ()
    weak: tuple[Phrase, ...] = ()
    level: dict[Level, tuple[Phrase, ...]] = {}


class BriberyWords(StrictModel):
    """Who must ask for nothing, how one asks or is asked, and for what."""

    by: tuple[Phrase, ...]
    asks: tuple[Phrase, ...]
    asked: tuple[Phrase, ...]
    what: tuple[Phrase, ...]


class Supervision(StrictModel):
    """Words of suspected misconduct, phrases that only look like it, and a servant's asking for money."""

    words: tuple[Phrase, ...]
    not_: tuple[Phrase, ...] = Field(alias="not")
    demand: BriberyWords


class Landmarks(StrictModel):
    """Words after which a place is named."""

    words: frozenset[Phrase]


class RuleData(StrictModel):
    """rules.toml."""

    version: str
    variants: dict[str, str]
    landmarks: Landmarks
    levels: dict[Level, tuple[Phrase, ...]]
    addressed: dict[Level, tuple[Phrase, ...]]
    supervision: Supervision
    sectors: dict[Sector, SectorWords]


def sector_vocabulary(data: RuleData) -> frozenset[str]:
    """Every word of the rules' own lists: a district of that name is a common word as well."""
    phrases = (
        phrase
        for words in data.sectors.values()
        for some in (words.sure, words.strong, words.plain, words.weak)
        for phrase in some
    )
    return frozenset(word for phrase in phrases for word in phrase.split())


class AmbiguousNames(StrictModel):
    """Names that are common words as well, and words that make no name a sure one."""

    names: frozenset[Phrase]
    words: frozenset[Phrase] = frozenset()


class VillageLike(StrictModel):
    """Beginnings and endings of names that so many villages have."""

    beginnings: tuple[Phrase, ...]
    endings: tuple[Phrase, ...]


class DirectionWords(StrictModel):
    """Words in front of a name that say that it is here, or that it is where somebody comes from or goes to."""

    here: frozenset[Phrase]
    away: frozenset[Phrase]


class GovernmentWords(StrictModel):
    """Words that only a city, or only a regency, has."""

    city: tuple[Phrase, ...]
    regency: tuple[Phrase, ...]


class RegionTitles(StrictModel):
    """Words in front of a name that tell namesakes apart."""

    city: tuple[Phrase, ...]
    regency: tuple[Phrase, ...]
    province: tuple[Phrase, ...]


class Streets(StrictModel):
    """Words after which a region's name is most often a street's."""

    words: frozenset[Phrase]


class NameData(StrictModel):
    """names.toml."""

    aliases: dict[RegionCode, tuple[Phrase, ...]]
    unsure: AmbiguousNames
    village_like: VillageLike
    titles: RegionTitles
    streets: Streets
    near: DirectionWords
    kin: GovernmentWords


class RenumberingLaw(StrictModel):
    """Codes that a law on new provinces ended: the code before and the one after."""

    law: str
    since: date
    codes: dict[RegionCode, RegionCode]


class PlaceData(StrictModel):
    """places.toml: name, latitude and longitude by code; codes of before; towns abroad."""

    source: str
    places: dict[RegionCode, tuple[str, float, float]]
    former: tuple[RenumberingLaw, ...] = ()
    abroad: dict[str, tuple[float, float]] = {}


class District(NamedTuple):
    """One line of districts.tsv."""

    code: str
    name: str
    lat: float
    lon: float


M = TypeVar("M", bound=BaseModel)


def parse_toml(model: type[M], text: str, name: str) -> M:
    """The data that `text` says.

    Raises:
        BadRules: no TOML, or not the right fields; names the file and the field.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadRules(f"{name}: {error}") from error


def read_data(name: str) -> str:
    """A data file's text."""
    return files("router").joinpath("data", name).read_text(encoding="utf-8")


def read_toml(name: str) -> dict[str, Any]:
    """A data file as it is."""
    return tomllib.loads(read_data(name))


@cache
def rule_data() -> RuleData:
    """The words. Raises BadRules."""
    return parse_toml(RuleData, read_data("rules.toml"), "rules.toml")


@cache
def name_data() -> NameData:
    """How regions' names are written. Raises BadRules."""
    return parse_toml(NameData, read_data("names.toml"), "names.toml")


@cache
def district_data() -> tuple[District, ...]:
    """Every district. Raises BadRules."""
    return parse_districts(read_data("districts.tsv"))


def parse_districts(text: str) -> tuple[District, ...]:
    """Districts from lines `code of the regency`, then `last digits, name, latitude, longitude` by tabs below it.

    Raises:
        BadRules: a line is neither; names the line.
    """
    found, regency = list[District](), ""
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split("\t")
        if line.startswith("#"):
            continue
        if len(fields) == 1 and _REGENCY.fullmatch(line):
            regency = line
        elif len(fields) == _FIELDS and regency and fields[0].isdigit():
            digits, name, lat, lon = fields
            found.append(District(f"{regency}.{digits}", name, float(lat), float(lon)))
        else:
            raise BadRules(f"districts.tsv: line {number} is neither a regency's code nor a district")
    return tuple(found)


@cache
def place_data() -> PlaceData:
    """Every province, regency and city. Raises BadRules."""
    return parse_toml(PlaceData, read_data("places.toml"), "places.toml")
