"""A complaint as rules and model understand it together: words, place and level.

The rules' scores are among what the model reads, and its word decides the sector: at its threshold it goes on by
itself, a model that knows no history only where the rules say the same; else a person reads it. A field that the model
never learned stays with the rules.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from router.geography.codes import REGENCY_LENGTH
from router.geography.gazetteer import Gazetteer, Location
from router.lexicon.files import district_data, name_data, place_data, rule_data, sector_vocabulary
from router.reading.classifier import Model, Prediction
from router.reading.features import ModelInput
from router.reading.rules import Rules, SectorDecision, SectorScore, TextReading
from schemas.base.values import Level
from schemas.complaint.state import Complaint
from schemas.registry.fold import Registry

HINTS: Final = 4
URGENT: Final = 0.8
SUSPECTED: Final = 0.95
"""A model that is less sure of misconduct is not heard."""


class ComplaintReading(NamedTuple):
    """What was understood."""

    words: TextReading
    where: Location
    prediction: Prediction | None = None

    @property
    def urgent(self) -> bool:
        """Whether life or limb may depend on it: shown to whoever reads it next, it moves no date."""
        return self.prediction is not None and self.prediction.urgency >= URGENT


class TextToRead(NamedTuple):
    """A text, whom it is addressed to, and where it is."""

    said: str
    addressed_to: str
    place: tuple[str, ...]


class Reader:
    """Rules and names of one version, with the regions of one registry, and a model if there is one."""

    def __init__(
        self,
        rules: Rules,
        gazetteer: Gazetteer,
        model: Model | None = None,
        ahead: Mapping[int, tuple[Complaint, ComplaintReading]] = MappingProxyType({}),
    ) -> None:
        self.rules, self._gazetteer, self.model, self._ahead = rules, gazetteer, model, ahead

    def with_model(self, model: Model | None) -> "Reader":
        """The same with this model."""
        return self if model is self.model else Reader(self.rules, self._gazetteer, model)

    @property
    def version(self) -> str:
        """The rules' version, for the basis of a placing."""
        return self.rules.version

    @property
    def homes(self) -> Mapping[str, Level]:
        """The level that has each field by law."""
        return self.rules.homes

    def place_name(self, region: str | None) -> str | None:
        """What a region is called; None: it is not known by name."""
        return self._gazetteer.name(region) if region else None

    def levels(self, text: str) -> frozenset[Level]:
        """Every level of government that a text names."""
        return self.rules.levels(text)

    def read(self, state: Complaint) -> ComplaintReading:
        """Read all that was said. A part is first read by its own task."""
        _, found = self._ahead.get(id(state), (state, None))
        return found or self.read_many([state])[0]

    def read_many(self, states: Sequence[Complaint]) -> list[ComplaintReading]:
        """Read these, in their order: each as it would be read alone."""
        places = [self._where(state) for state in states]
        asked = [TextToRead(_said(state), state.addressed_to or "", place_tokens(where.region))
                 for state, where in zip(states, places, strict=True)]  # fmt: skip
        tasks = {at: TextToRead(state.task, "", asked[at].place) for at, state in enumerate(states) if state.task}
        read = self.words([*asked, *tasks.values()])
        own = dict(zip(tasks, read[len(asked) :], strict=True))
        wholes = zip(read, places, strict=False)
        return [_read(whole, own.get(at), where) for at, (whole, where) in enumerate(wholes)]

    def ahead(self, states: Sequence[Complaint]) -> "Reader":
        """The same, having read these already."""
        reads = zip(states, self.read_many(states), strict=True)
        return Reader(self.rules, self._gazetteer, self.model, {id(state): (state, read) for state, read in reads})

    def _where(self, state: Complaint) -> Location:
        address = state.place.address if state.place else None
        texts = [("address", address or ""), ("text", _said(state)), ("addressed_to", state.addressed_to or "")]
        return self._gazetteer.find(state.place, [pair for pair in texts if pair[1]])

    def words(self, asked: Sequence[TextToRead]) -> list[tuple[TextReading, Prediction | None]]:
        """What each of these says, by rules and model together; the model's own guess beside it."""
        scans = [self.rules.scan(each.said, each.addressed_to) for each in asked]
        if (model := self.model) is None:
            return [(self.rules.conclude(scan, scan.verdict), None) for scan in scans]
        pairs = zip(asked, scans, strict=True)
        guesses = model.read_many(
            [ModelInput(each.said, each.place, hints(scan.verdict.scored)) for each, scan in pairs]
        )
        return [
            (self.rules.conclude(scan, _together(scan.verdict, guess, model)), guess)
            for scan, guess in zip(scans, guesses, strict=True)
        ]


def _said(state: Complaint) -> str:
    return "\n".join([state.title or "", state.text, *(text for _, text in state.details)])


def _read(
    whole: tuple[TextReading, Prediction | None], own: tuple[TextReading, Prediction | None] | None, where: Location
) -> ComplaintReading:
    if own is None or own[0].sector is None:
        return ComplaintReading(whole[0], where, whole[1])
    return ComplaintReading(own[0]._replace(misconduct=own[0].misconduct or whole[0].misconduct), where, own[1])


def hints(scored: Sequence[SectorScore]) -> tuple[SectorScore, ...]:
    """What the model is told of the rules' reading; in training the same."""
    return tuple(scored[:HINTS])


def place_tokens(region: str | None) -> tuple[str, ...]:
    """The region as the model sees it: province, regency and district, as far as it is known."""
    parts = region.split(".") if region else []
    return tuple(".".join(parts[: at + 1]) for at in range(len(parts[:3])))


def _together(own: SectorDecision, guess: Prediction, model: Model) -> SectorDecision:
    suspected = own.misconduct or guess.supervision >= SUSPECTED
    if own.sector is not None and (own.sector not in model.labels or own.misconduct):
        # Never learned; or misconduct, where the field only tells who is accused, and an inspectorate reads it anyway.
        return own._replace(misconduct=suspected)
    agreed = guess.sector == own.sector or not model.caution.agreement
    sector = guess.sector if agreed else None
    return SectorDecision(sector, guess.sectors, guess.words if sector else (), suspected)


def default_gazetteer() -> Gazetteer:
    """The regions of the data shipped in this package. Raises BadRules."""
    return Gazetteer(name_data(), place_data(), district_data(), {}, sector_vocabulary(rule_data()))


def default_reader() -> Reader:
    """A reader of the data shipped in this package. Raises BadRules."""
    return _reader(())


def likeliest_sectors(model: Model) -> Callable[[str], Sequence[SectorScore]]:
    """What this model makes of a text alone, unsure as it may be."""
    reading = default_reader().with_model(model)

    def fields(text: str) -> Sequence[SectorScore]:
        ((_, guess),) = reading.words([TextToRead(text, "", ())])
        return guess.sectors if guess else ()

    return fields


def reader(registry: Registry) -> Reader:
    """A reader that also knows the regions which bodies were registered for and no list has. Raises BadRules."""
    listed = place_data().places
    bodies = (body for body in registry.agencies.values() if body.region is not None and body.region not in listed)
    extra = {str(body.region): body.name for body in bodies if len(str(body.region)) <= REGENCY_LENGTH}
    return _reader(tuple(sorted(extra.items())))


@lru_cache(maxsize=4)
def _reader(extra: tuple[tuple[str, str], ...]) -> Reader:
    rules = rule_data()
    gazetteer = Gazetteer(name_data(), place_data(), district_data(), dict(extra), sector_vocabulary(rules))
    return Reader(Rules(rules), gazetteer)
