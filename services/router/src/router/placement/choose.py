"""Which body? The precedence of placing (design: section 4) below the arbiter and the desk, as one choice.

Among living bodies that have not returned it: supervision rule, suggestion of the last return, newest precedent,
mandate. Where nothing decides, a reason for the desk, and the bodies in question.
"""

from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple

from router.geography.codes import is_province
from router.geography.gazetteer import Location
from router.placement.context import PlacementContext
from router.reading.reader import ComplaintReading
from router.registry.mandates import AgencyUnit, CompetentBodies, area, precise
from router.settings import CANDIDATES, INSPECTORATE_UNIT
from schemas.base.values import Candidate, Level
from schemas.complaint.state import Complaint
from schemas.events.router import ReferralReason, RoutedCause

SERVANTS: Final = "civil-service-conduct"
"""The field of every government over its own servants."""
FAINT: Final = 0.01
"""A field that is less likely is not in question: nobody is named for a text that says nothing."""


class Question(NamedTuple):
    """What is to be placed."""

    read: ComplaintReading
    supervision: bool
    returned: Collection[str]
    level: Level | None
    """At which level authority is looked for first."""


class Placement(NamedTuple):
    """The body, by which rule, and the others that were possible."""

    body: AgencyUnit
    cause: RoutedCause
    alternatives: tuple[Candidate, ...] = ()
    precedent: str | None = None


class Referral(NamedTuple):
    """No rule decides: why, and who is in question."""

    reason: ReferralReason
    candidates: tuple[Candidate, ...] = ()


def question(state: Complaint, read: ComplaintReading, known: PlacementContext) -> Question:
    """What the complaint asks of placing."""
    corrected = _corrected(state, known)
    if corrected is not None:
        read = read._replace(words=read.words._replace(level=corrected))
    sector = read.words.sector
    level = read.words.level or (home_level(sector, known) if sector else None)
    return Question(read, state.supervision or read.words.misconduct, state.returned_by, level)


def _corrected(state: Complaint, known: PlacementContext) -> Level | None:
    """The level that the last return names in its reason ("this is a national road"), besides the returning body's."""
    back = state.last_return
    if back is None:
        return None
    own = known.registry.agencies.get(back.agency)
    others = [level for level in known.reader.rules.levels(back.reason) if own is None or level.value != own.level]
    return others[0] if len(others) == 1 else None


def choose(state: Complaint, asked: Question, known: PlacementContext, day: date) -> Placement | Referral:
    """The body that gets it, or why a person must say."""
    by_mandate = _by_mandate(asked, known, day)
    if asked.supervision:
        return _supervised(asked, known, day)
    return _suggested(state, asked, known, day) or _by_precedent(asked, known) or by_mandate


def _supervised(asked: Question, known: PlacementContext, day: date) -> Placement | Referral:
    # The accused is whoever would have it otherwise. Misconduct is for the inspectorate over that body (PP 12/2017
    # on supervision of regional government), never for that body itself.
    accused = _by_mandate(_of_its_servants(asked, known)._replace(returned=()), known, day)
    if isinstance(accused, Referral):
        unread = asked.read.words.sector is None and accused.reason == "no_mandate"
        return Referral("no_sector" if unread else accused.reason)
    inspectorate = known.mandates.inspectorate_over(accused.body.agency, asked.returned)
    if inspectorate is None:
        return Referral("all_returned" if asked.returned else "no_mandate")
    unit = INSPECTORATE_UNIT if INSPECTORATE_UNIT in inspectorate.units else None
    return Placement(AgencyUnit(inspectorate.id, unit), "supervision")


def _of_its_servants(asked: Question, known: PlacementContext) -> Question:
    """Of what field is not clear, but it is no national body's: then the servants of the place's own government are
    accused, whatever their field.
    """
    words = asked.read.words
    likeliest = home_level(words.alternatives[0].sector, known) if words.alternatives else None
    if words.sector is not None or Level.NATIONAL in (likeliest, asked.level):
        return asked
    level = words.level or home_level(SERVANTS, known)
    return asked._replace(read=asked.read._replace(words=words._replace(sector=SERVANTS, level=level)), level=level)


def _suggested(state: Complaint, asked: Question, known: PlacementContext, day: date) -> Placement | None:
    back, sector = state.last_return, asked.read.words.sector
    if back is None or back.suggested is None or sector is None:
        return None
    body = known.registry.living(back.suggested)
    if body is None or body.id in asked.returned:
        return None
    if not known.mandates.has_mandate(body.id, sector, asked.read.where.region, day):
        return None
    return Placement(
        AgencyUnit(body.id, back.suggested_unit if back.suggested_unit in body.units else None), "suggestion"
    )


def _by_precedent(asked: Question, known: PlacementContext) -> Placement | None:
    sector = asked.read.words.sector
    if sector is None or asked.level is None or not precise(asked.level, asked.read.where.region):
        return None
    found = known.precedents.get((sector, asked.level, area(asked.level, asked.read.where.region)))
    body = known.registry.living(found.agency) if found is not None else None
    if found is None or body is None or body.id in asked.returned:
        return None
    unit = found.unit if found.unit in body.units else None
    return Placement(AgencyUnit(body.id, unit), "precedent", precedent=found.name)


def _by_mandate(asked: Question, known: PlacementContext, day: date) -> Placement | Referral:
    words, where = asked.read.words, asked.read.where
    if words.sector is None:
        return Referral("no_sector", _of_sectors(asked, known, day))
    steps = known.mandates.bodies_by_level(words.sector, where.region, day)
    home = home_level(words.sector, known)
    if where.region is None and home is not Level.NATIONAL and not _national_by_name(words.level, steps):
        reason: ReferralReason = "ambiguous" if where.candidates else "no_region"
        return Referral(reason, _of_regions(words.sector, where, known, day))
    return _first(asked, home, _ordered(steps, words.level))


def _first(asked: Question, home: Level, steps: list[CompetentBodies]) -> Placement | Referral:
    """The first level with a body that has not returned it. The level that has the field by law is never passed
    over because nobody is registered there: the level above it would get what is not its own.
    """
    met = False
    for index, step in enumerate(steps):
        met = met or bool(step.bodies)
        free = [body for body in step.bodies if body.agency not in asked.returned]
        others = [body for later in steps[index:] for body in later.bodies if body.agency not in asked.returned]
        if len(free) > 1:
            return Referral("ambiguous", _candidates(free, asked))
        if free:
            return Placement(free[0], "mandate", _candidates(others[1:], asked))
        if not step.bodies and step.level is home:
            region = asked.read.where.region
            vague = home is Level.REGENCY and region is not None and is_province(region)
            return Referral("no_region" if vague else "no_mandate", _candidates(others, asked))
    return Referral("all_returned" if met else "no_mandate")


def _ordered(steps: list[CompetentBodies], level: Level | None) -> list[CompetentBodies]:
    # What the words say of the level comes first, then the most local body (law 23/2014, article 13).
    named = [step for step in steps if step.level is level and step.bodies]
    return named + [step for step in steps if step not in named]


def _national_by_name(level: Level | None, steps: list[CompetentBodies]) -> bool:
    return level is Level.NATIONAL and any(step.bodies for step in steps if step.level is Level.NATIONAL)


def home_level(sector: str, known: PlacementContext) -> Level:
    """The level at which authority over a field is looked for first, where nothing else is said."""
    return known.reader.rules.homes.get(sector) or known.mandates.most_local_level(sector)


def _of_regions(sector: str, where: Location, known: PlacementContext, day: date) -> tuple[Candidate, ...]:
    found: list[tuple[AgencyUnit, float]] = []
    for region, score in zip(where.candidates, where.scores, strict=True):
        steps = known.mandates.bodies_by_level(sector, region, day)
        found += [(body, score) for body in next((step.bodies for step in steps if step.bodies), ())]
    return _listed(found, "region")


def _of_sectors(asked: Question, known: PlacementContext, day: date) -> tuple[Candidate, ...]:
    found: list[tuple[AgencyUnit, float]] = []
    for sector, score in (each for each in asked.read.words.alternatives if each.score >= FAINT):
        steps = known.mandates.bodies_by_level(sector, asked.read.where.region, day)
        found += [(body, score) for body in next((step.bodies for step in steps if step.bodies), ())]
    return _listed([pair for pair in found if pair[0].agency not in asked.returned], "sector")


def _candidates(bodies: Collection[AgencyUnit], asked: Question) -> tuple[Candidate, ...]:
    return _listed([(body, asked.read.words.score / 2) for body in bodies], "mandate")


def _listed(bodies: list[tuple[AgencyUnit, float]], reason: str) -> tuple[Candidate, ...]:
    unique: dict[AgencyUnit, float] = {}
    for body, score in bodies:
        unique.setdefault(body, score)
    ranked = sorted(unique.items(), key=lambda item: -item[1])[:CANDIDATES]
    return tuple(
        Candidate(agency=body.agency, unit=body.unit, score=min(1.0, round(score, 3)), reason=reason)
        for body, score in ranked
    )
