"""Chooses the body for a complaint by the seven rules of precedence (design: section 4), which stand here in order.

1. A binding decision of the arbiter: `by_binding_decision`. 2. A person at the triage desk: `router.desk.decide.place`,
which no rule overrules. 3. to 7. `choose`, among living bodies that have not returned the complaint: supervision,
suggestion, precedent, mandate, and the classifier, which supplies the sector for 4 to 6.

Where no rule decides, a `Referral` to the desk says why and names the bodies in question. Nothing is guessed.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Final, NamedTuple

from router.geography.codes import is_province
from router.geography.gazetteer import Location
from router.placement.context import PlacementContext, precedent_key
from router.placement.plain import read_plainly
from router.reading.reader import ComplaintReading
from router.registry.mandates import AgencyUnit, CompetentBodies, day_of, living_unit
from router.settings import CANDIDATES, INSPECTORATE_UNIT
from schemas.base.values import Candidate, Level
from schemas.complaint.state import Complaint
from schemas.events.agency_inbox import ComplaintReturned
from schemas.events.router import ReferralReason, RoutedCause
from schemas.registry.fold import Registry

CIVIL_SERVANTS: Final = "civil-service-conduct"
"""The sector of every government's authority over its own servants."""
LEAST_LIKELY: Final = 0.01
"""A sector below this probability names no candidate."""


class Question(NamedTuple):
    """What is known of the complaint that is to be placed."""

    reading: ComplaintReading
    supervision: bool
    returned: Collection[str]
    """Bodies that returned it."""
    last_return: ComplaintReturned | None
    level: Level | None
    """The level at which a competent body is looked for first."""
    day: date

    @property
    def sector(self) -> str | None:
        """As read; None: below the threshold of rules and classifier."""
        return self.reading.words.sector

    @property
    def region(self) -> str | None:
        """The code of the region; None: not decided."""
        return self.reading.where.region


class SectorQuery(NamedTuple):
    """A possible sector and region, the level that the words name for it, and its score."""

    sector: str
    region: str | None
    level: Level | None
    score: float


class Placement(NamedTuple):
    """The chosen body, by which rule, and the other possible ones. `accused`: the bodies accused of misconduct."""

    body: AgencyUnit
    cause: RoutedCause
    alternatives: tuple[Candidate, ...] = ()
    precedent: str | None = None
    accused: tuple[str, ...] = ()


class Referral(NamedTuple):
    """Why no rule decides, and the bodies in question. `accused`: the bodies that may be accused of misconduct."""

    reason: ReferralReason
    candidates: tuple[Candidate, ...] = ()
    accused: tuple[str, ...] = ()


def question_of(state: Complaint, context: PlacementContext, at: datetime) -> Question:
    """Read the complaint, for a choice on the day of `at`."""
    reading = read_plainly(context.reader.read(state), context, day_of(at))
    if (level := _level_in_return(state.last_return, context)) is not None:
        reading = reading._replace(words=reading.words._replace(level=level))
    words = reading.words
    level = words.level or (context.home_level(words.sector) if words.sector else None)
    if level is Level.PROVINCE:
        reading = reading._replace(where=reading.where.in_one_province())
    supervision = state.supervision or words.misconduct
    return Question(reading, supervision, state.returned_by, state.last_return, level, day_of(at))


def choose(question: Question, context: PlacementContext) -> Placement | Referral:
    """Rules 3 to 7. Without a sector only rules 3 and 7 apply."""
    if question.supervision:
        return by_supervision(question, context)
    return by_suggestion(question, context) or by_precedent(question, context) or by_mandate(question, context)


def by_binding_decision(state: Complaint, registry: Registry) -> AgencyUnit | None:
    """Rule 1. The body that the arbiter decided on (design: section 4); if it is gone, its successor."""
    return living_unit(registry, state.decided.agency, state.decided.unit) if state.decided is not None else None


def by_supervision(question: Question, context: PlacementContext) -> Placement | Referral:
    """Rule 3. Suspected misconduct goes to the inspectorate over the accused body, never to that body (Government
    Regulation 12/2017 on supervision of regional government). The accused is the body that would be competent
    otherwise.
    """
    accused = by_mandate(_about_servants(question, context)._replace(returned=()), context)
    if isinstance(accused, Referral):
        unread = question.sector is None and accused.reason == "no_mandate"
        possible = tuple(dict.fromkeys(each.agency for each in accused.candidates))
        return Referral("no_sector" if unread else accused.reason, accused=possible)
    bodies = (accused.body.agency,)
    inspectorate = context.mandates.inspectorate_over(accused.body.agency, question.returned)
    if inspectorate is None:
        return Referral("all_returned" if question.returned else "no_mandate", accused=bodies)
    unit = INSPECTORATE_UNIT if INSPECTORATE_UNIT in inspectorate.units else None
    return Placement(AgencyUnit(inspectorate.id, unit), "supervision", accused=bodies)


def by_suggestion(question: Question, context: PlacementContext) -> Placement | None:
    """Rule 4. The body that the last return suggests, if it has a mandate (Satupintu's own rule)."""
    back = question.last_return
    if back is None or back.suggested is None or question.sector is None:
        return None
    body = living_unit(context.registry, back.suggested, back.suggested_unit)
    if body is None or body.agency in question.returned:
        return None
    if not context.mandates.has_mandate(body.agency, question.sector, question.region, question.day):
        return None
    return Placement(body, "suggestion")


def by_precedent(question: Question, context: PlacementContext) -> Placement | None:
    """Rule 5. The newest binding decision for the same sector, level and area (Satupintu's own rule)."""
    key = precedent_key(question.sector, question.level, question.region)
    found = context.precedents.get(key) if key is not None else None
    body = living_unit(context.registry, found.agency, found.unit) if found is not None else None
    if found is None or body is None or body.agency in question.returned:
        return None
    return Placement(body, "precedent", precedent=found.name)


def by_mandate(question: Question, context: PlacementContext) -> Placement | Referral:
    """Rule 6. The competent body: at the level that the words name, else the most local (law 23/2014, article 13)."""
    words, where = question.reading.words, question.reading.where
    if words.sector is None:
        return sector_unknown(question, context)
    levels = context.mandates.bodies_by_level(words.sector, where.region, question.day)
    home = context.home_level(words.sector)
    if where.region is None and home is not Level.NATIONAL and not _national_by_name(words.level, levels):
        regions = zip(where.candidates, where.scores, strict=True)
        queries = (SectorQuery(words.sector, each, words.level, score) for each, score in regions)
        found = _competent(queries, question, context)
        return Referral("ambiguous" if where.candidates else "no_region", _ranked(found, "region"))
    if words.level is None and words.open_levels:
        named = [body for each in levels if each.level in words.open_levels for body in each.bodies]
        return Referral("ambiguous", _by_score_of_sector(named, question))
    return _first_free(question, home, _named_level_first(levels, words.level))


def sector_unknown(question: Question, context: PlacementContext) -> Referral:
    """Rule 7. The classifier supplies the sector above its threshold (`router.reading`); below it the desk decides,
    among the bodies of the likeliest sectors.
    """
    words = question.reading.words
    queries = [
        SectorQuery(each.sector, region, level, each.score * share)
        for each in words.alternatives
        if each.score >= LEAST_LIKELY
        for level in [words.levels.get(each.sector)]
        for region, share in _regions(question.reading.where, level or context.home_level(each.sector))
    ]
    found = _competent(queries, question, context)
    return Referral("no_sector", _ranked([pair for pair in found if pair[0].agency not in question.returned], "sector"))


def _level_in_return(back: ComplaintReturned | None, context: PlacementContext) -> Level | None:
    """The level that a return's reason names ("this is a national road"), besides that of the body that returned it."""
    if back is None:
        return None
    own = context.registry.agencies.get(back.agency)
    others = [level for level in context.reader.rules.levels(back.reason) if own is None or level.value != own.level]
    return others[0] if len(others) == 1 else None


def _about_servants(question: Question, context: PlacementContext) -> Question:
    """Misconduct without a clear sector, where no national body is in question: the place's own government is accused,
    for its servants.
    """
    words = question.reading.words
    likeliest = context.home_level(words.alternatives[0].sector) if words.alternatives else None
    if words.sector is not None or Level.NATIONAL in (likeliest, question.level):
        return question
    level = words.level or context.home_level(CIVIL_SERVANTS)
    reading = question.reading._replace(words=words._replace(sector=CIVIL_SERVANTS, level=level))
    return question._replace(reading=reading, level=level)


def _national_by_name(level: Level | None, levels: list[CompetentBodies]) -> bool:
    return level is Level.NATIONAL and any(each.bodies for each in levels if each.level is Level.NATIONAL)


def _named_level_first(levels: list[CompetentBodies], level: Level | None) -> list[CompetentBodies]:
    named = [each for each in levels if each.level is level and each.bodies]
    return named + [each for each in levels if each not in named]


def _first_free(question: Question, home: Level, levels: list[CompetentBodies]) -> Placement | Referral:
    """The first level with a body that has not returned it. The home level is never passed over because it has no body:
    the level above is not competent for its tasks.
    """
    for index, each in enumerate(levels):
        free = [body for body in each.bodies if body.agency not in question.returned]
        later = [body for other in levels[index:] for body in other.bodies if body.agency not in question.returned]
        if len(free) > 1:
            return Referral("ambiguous", _by_score_of_sector(free, question))
        if free:
            return Placement(free[0], "mandate", _by_score_of_sector(later[1:], question))
        if not each.bodies and each.level is home:
            vague = home is Level.REGENCY and question.region is not None and is_province(question.region)
            return Referral("no_region" if vague else "no_mandate", _by_score_of_sector(later, question))
    return Referral("all_returned" if any(each.bodies for each in levels) else "no_mandate")


def _competent(
    queries: Iterable[SectorQuery], question: Question, context: PlacementContext
) -> list[tuple[AgencyUnit, float]]:
    """The competent bodies of each query's named level with its score, and at half of it those of the next one."""
    found = list[tuple[AgencyUnit, float]]()
    for query in queries:
        levels = context.mandates.bodies_by_level(query.sector, query.region, question.day)
        held = [each for each in _named_level_first(levels, query.level) if each.bodies]
        found += [(body, query.score) for each in held[:1] for body in each.bodies]
        if held and held[0].level is query.level:
            found += [(body, query.score / 2) for each in held[1:2] for body in each.bodies]
    return found


def _regions(where: Location, level: Level) -> list[tuple[str | None, float]]:
    """The region, or those in question, for a body of this level; each with its probability."""
    found = where.in_one_province() if level is Level.PROVINCE else where
    if level is Level.NATIONAL or found.region is not None or not found.candidates:
        return [(found.region, 1.0)]
    return list(zip(found.candidates, found.scores, strict=True))


def _by_score_of_sector(bodies: Collection[AgencyUnit], question: Question) -> tuple[Candidate, ...]:
    return _ranked([(body, question.reading.words.score / 2) for body in bodies], "mandate")


def _ranked(bodies: list[tuple[AgencyUnit, float]], reason: str) -> tuple[Candidate, ...]:
    unique: dict[AgencyUnit, float] = {}
    for body, score in bodies:
        unique.setdefault(body, score)
    best = sorted(unique.items(), key=lambda item: -item[1])[:CANDIDATES]
    return tuple(
        Candidate(agency=body.agency, unit=body.unit, score=min(1.0, round(score, 3)), reason=reason)
        for body, score in best
    )
