"""Loads and validates the data files shipped in this package: word lists, place names, regions."""

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
    """A data file of router is invalid. The message names the file and the field or line."""


class StrictModel(BaseModel):
    """Frozen; an unknown field is an error, since it is most likely a typing mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Phrase = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9 ]*$")]


class SectorWords(StrictModel):
    """Phrases of one sector, by weight. `home`: the level of government responsible for it by law 23/2014."""

    home: Level
    part_of: Sector | None = None
    """A wider sector: its words count for this one, and its reading by the model agrees with this one."""
    sure: tuple[Phrase, ...] = ()
    strong: tuple[Phrase, ...]
    plain: tuple[Phrase, ...] = ()
    weak: tuple[Phrase, ...] = ()
    level: dict[Level, tuple[Phrase, ...]] = {}


class BriberyWords(StrictModel):
    """Bribery: public servants, verbs of asking (active and passive), and what is asked for."""

    by: tuple[Phrase, ...]
    asks: tuple[Phrase, ...]
    asked: tuple[Phrase, ...]
    what: tuple[Phrase, ...]


class Supervision(StrictModel):
    """Phrases of suspected misconduct, harmless phrases that resemble them, and the bribery lists."""

    words: tuple[Phrase, ...]
    not_: tuple[Phrase, ...] = Field(alias="not")
    demand: BriberyWords


class WordSet(StrictModel):
    """One list of phrases."""

    words: frozenset[Phrase]


class LevelWords(StrictModel):
    """Phrases that name the level of government of some sectors only, such as the kind of road."""

    sectors: tuple[Sector, ...]
    national: tuple[Phrase, ...]
    province: tuple[Phrase, ...]
    regency: tuple[Phrase, ...]


class PlainText(StrictModel):
    """When a text is plain (`router.reading.plain`)."""

    most_words: int
    """Most words of a plain text."""
    least_score: float
    """Least probability that the model gives the sector."""
    doubtful: tuple[Phrase, ...]
    """Phrases that no plain text has."""
    home_if_unsaid: frozenset[Sector]
    """Sectors that are the task of their home level unless the words name another."""
    at_districts: frozenset[Sector]
    """Sectors that the offices of districts serve too: their texts are not plain if they name a district."""
    never: frozenset[Sector]
    """Sectors whose plain texts go to a person all the same."""


class RuleData(StrictModel):
    """Content of rules.toml."""

    version: str
    variants: dict[str, str]
    landmarks: WordSet
    """Words after which a place is named."""
    levels: dict[Level, tuple[Phrase, ...]]
    levels_of_roads: LevelWords
    levels_of_lamps: LevelWords
    neutral: WordSet
    """Phrases that hold a word of a sector and mean something else."""
    negations: WordSet
    plain: PlainText
    addressed: dict[Level, tuple[Phrase, ...]]
    supervision: Supervision
    sectors: dict[Sector, SectorWords]


def sector_vocabulary(data: RuleData) -> frozenset[str]:
    """Every word of the sectors' phrases. A district with such a name is ambiguous with a common word."""
    phrases = (
        phrase
        for words in data.sectors.values()
        for some in (words.sure, words.strong, words.plain, words.weak)
        for phrase in some
    )
    return frozenset(word for phrase in phrases for word in phrase.split())


class AmbiguousNames(StrictModel):
    """Region names that are also common words, and words that do not make a name unambiguous."""

    names: frozenset[Phrase]
    words: frozenset[Phrase] = frozenset()


class VillageLike(StrictModel):
    """Beginnings and endings that are typical of village names."""

    beginnings: tuple[Phrase, ...]
    endings: tuple[Phrase, ...]


class DirectionWords(StrictModel):
    """Words before a name: `here` marks the place of the problem, `away` an origin or a destination."""

    here: frozenset[Phrase]
    away: frozenset[Phrase]


class GovernmentWords(StrictModel):
    """Words that only occur with the government of a city, or of a regency."""

    city: tuple[Phrase, ...]
    regency: tuple[Phrase, ...]


class RegionTitles(StrictModel):
    """Titles before a name, by kind of region."""

    city: tuple[Phrase, ...]
    regency: tuple[Phrase, ...]
    province: tuple[Phrase, ...]


class NameData(StrictModel):
    """Content of names.toml."""

    aliases: dict[RegionCode, tuple[Phrase, ...]]
    unsure: AmbiguousNames
    village_like: VillageLike
    titles: RegionTitles
    streets: WordSet
    """Words after which a region's name is most often the name of a street."""
    near: DirectionWords
    kin: GovernmentWords


class RenumberingLaw(StrictModel):
    """Region codes replaced by a law on new provinces: new code by old code."""

    law: str
    since: date
    codes: dict[RegionCode, RegionCode]


class PlaceData(StrictModel):
    """Content of places.toml: name, latitude and longitude by code; replaced codes; towns abroad, near the border."""

    source: str
    places: dict[RegionCode, tuple[str, float, float]]
    former: tuple[RenumberingLaw, ...] = ()
    abroad: dict[str, tuple[float, float]] = {}


class District(NamedTuple):
    """One line of districts.tsv; coordinates of its centroid in degrees."""

    code: str
    name: str
    lat: float
    lon: float


M = TypeVar("M", bound=BaseModel)


def parse_toml(model: type[M], text: str, name: str) -> M:
    """Parse TOML and validate it.

    Raises:
        BadRules: not TOML, or a wrong field; names the file and the field.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadRules(f"{name}: {error}") from error


def read_data(name: str) -> str:
    """The text of a data file."""
    return files("router").joinpath("data", name).read_text(encoding="utf-8")


def read_toml(name: str) -> dict[str, Any]:
    """A data file, parsed but not validated."""
    return tomllib.loads(read_data(name))


@cache
def rule_data() -> RuleData:
    """The phrases of the rules. Raises BadRules."""
    return parse_toml(RuleData, read_data("rules.toml"), "rules.toml")


@cache
def name_data() -> NameData:
    """How names of regions are written. Raises BadRules."""
    return parse_toml(NameData, read_data("names.toml"), "names.toml")


@cache
def district_data() -> tuple[District, ...]:
    """Every district. Raises BadRules."""
    return parse_districts(read_data("districts.tsv"))


def parse_districts(text: str) -> tuple[District, ...]:
    """Parse districts: a regency's code, then lines of last digits, name, latitude and longitude with tabs between.

    Raises:
        BadRules: a line is neither; names its number.
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
