"""Whether level and place of a plain text are named as clearly as its sector (`router.reading.plain`).

Then the text is placed with less certainty of the model than others need. What is missing or open sends it to the desk.
"""

from datetime import date
from typing import Final

from router.geography.codes import REGENCY_LENGTH
from router.geography.gazetteer import Location
from router.placement.context import PlacementContext
from router.reading.reader import ComplaintReading
from router.registry.mandates import MOST_LOCAL_FIRST, area, precise
from schemas.base.values import Level

_WRITTEN: Final = ("text", "address")


def read_plainly(reading: ComplaintReading, context: PlacementContext, day: date) -> ComplaintReading:
    """The reading with the plain text's sector, if nothing of level and place is open; else as it is."""
    plain = reading.plain
    if plain is None or plain.sector is None or not _named(plain.sector, reading.where, context):
        return reading
    level = plain.level or _only_level(plain.sector, reading.where.region, context, day)
    region = _region(reading.where, level) if level is not None else None
    if level is None or not precise(level, region):
        return reading
    if len(context.mandates.bodies(plain.sector, level, region, day)) != 1:
        return reading
    return reading._replace(words=plain)


def _named(sector: str, where: Location, context: PlacementContext) -> bool:
    """Whether the words name a place, and not a district whose office may be meant."""
    district = len(where.region or "") > REGENCY_LENGTH
    written = where.found_by in _WRITTEN or bool(where.candidates)
    return written and not (district and sector in context.reader.rules.plain.at_districts)


def _region(where: Location, level: Level) -> str | None:
    """The region for a body of this level; None where the words name more than one."""
    decided = where.in_one_province() if level is Level.PROVINCE else where
    others = {area(level, each) for each in where.others} - {area(level, decided.region)}
    return None if others else decided.region


def _only_level(sector: str, region: str | None, context: PlacementContext, day: date) -> Level | None:
    """The level of a sector that one level alone has there, or that is its home's unless the words say otherwise."""
    if sector in context.reader.rules.plain.home_if_unsaid:
        return context.home_level(sector)
    held = [level for level in MOST_LOCAL_FIRST if context.mandates.bodies(sector, level, region, day)]
    return held[0] if len(held) == 1 else None
