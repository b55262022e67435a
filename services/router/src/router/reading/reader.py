"""Reads a complaint with the rules, the gazetteer and, if there is one, the trained model.

The rules' scores are features of the model. With a model its prediction decides the sector, if its forwarding rule
allows it: a model trained without real complaints also needs the rules to agree. Otherwise a person reads the
complaint. For a plain text less certainty is enough, and the rules alone for a sector that the model never learned
(`plain`).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from router.geography.codes import REGENCY_LENGTH
from router.geography.gazetteer import Gazetteer, Location
from router.lexicon.files import district_data, name_data, place_data, rule_data, sector_vocabulary
from router.reading.classifier import Model, Prediction
from router.reading.features import ModelInput
from router.reading.plain import plain_sector
from router.reading.rules import RuleMatches, Rules, SectorDecision, SectorScore, TextReading
from schemas.complaint.state import Complaint
from schemas.registry.fold import Registry

HINTS: Final = 4
URGENT: Final = 0.8
SUSPECTED: Final = 0.95
"""Least score from which the model's suspicion of misconduct counts."""


class WordsReading(NamedTuple):
    """What a text says, the model's own prediction, and what holds if the text's level and place are plain too."""

    words: TextReading
    prediction: Prediction | None = None
    plain: TextReading | None = None


class ComplaintReading(NamedTuple):
    """What was read from a complaint. `plain`: the reading that holds if level and place are plain too."""

    words: TextReading
    where: Location
    prediction: Prediction | None = None
    plain: TextReading | None = None

    @property
    def urgent(self) -> bool:
        """Whether life or limb may be at risk. Shown to whoever reads it next; changes no deadline."""
        return self.prediction is not None and self.prediction.urgency >= URGENT


class TextToRead(NamedTuple):
    """A text, its addressee, and the region as the model's place features."""

    text: str
    addressed_to: str
    place: tuple[str, ...]


class Reader:
    """Rules, gazetteer and an optional model. `readings`: results made before, by the identity of the state."""

    def __init__(
        self,
        rules: Rules,
        gazetteer: Gazetteer,
        model: Model | None = None,
        readings: Mapping[int, tuple[Complaint, ComplaintReading]] = MappingProxyType({}),
    ) -> None:
        self.rules, self._gazetteer, self.model, self._readings = rules, gazetteer, model, readings

    def with_model(self, model: Model | None) -> "Reader":
        """A reader with this model."""
        return self if model is self.model else Reader(self.rules, self._gazetteer, model)

    def place_name(self, region: str | None) -> str | None:
        """The name of a region; None if it is not listed."""
        return self._gazetteer.name(region) if region else None

    def place_in(self, text: str) -> Location:
        """The place that a text's words name."""
        return self._gazetteer.find(None, [("text", text)])

    def read(self, state: Complaint) -> ComplaintReading:
        """Read a complaint. For a part of a split complaint its own task is tried first."""
        _, reading = self._readings.get(id(state), (state, None))
        return reading or self.read_many([state])[0]

    def read_many(self, states: Sequence[Complaint]) -> list[ComplaintReading]:
        """Read a batch, in order. A reading does not depend on the rest of the batch."""
        places = [self._locate(state) for state in states]
        texts = [TextToRead(_text(state), state.addressed_to or "", place_tokens(where.region))
                 for state, where in zip(states, places, strict=True)]  # fmt: skip
        tasks = {at: TextToRead(state.task, "", texts[at].place) for at, state in enumerate(states) if state.task}
        readings = self.words([*texts, *tasks.values()])
        by_task = dict(zip(tasks, readings[len(texts) :], strict=True))
        wholes = zip(readings, places, strict=False)
        return [_combined(whole, by_task.get(at), where) for at, (whole, where) in enumerate(wholes)]

    def read_ahead(self, states: Sequence[Complaint]) -> "Reader":
        """A reader that has read these as one batch, which is much faster than one by one."""
        reads = zip(states, self.read_many(states), strict=True)
        return Reader(self.rules, self._gazetteer, self.model, {id(state): (state, read) for state, read in reads})

    def _locate(self, state: Complaint) -> Location:
        return _location(self._gazetteer, state)

    def words(self, texts: Sequence[TextToRead]) -> list[WordsReading]:
        """The reading of each text by rules and model together."""
        scans = [self.rules.scan(each.text, each.addressed_to) for each in texts]
        if (model := self.model) is None:
            return [WordsReading(self.rules.conclude(matches, matches.decision)) for matches in scans]
        predictions = model.read_many([
            ModelInput(each.text, each.place, hints(matches.decision.scored))
            for each, matches in zip(texts, scans, strict=True)
        ])  # fmt: skip
        return [
            self._together(matches, prediction, model) for matches, prediction in zip(scans, predictions, strict=True)
        ]

    def _together(self, matches: RuleMatches, prediction: Prediction, model: Model) -> WordsReading:
        words = self.rules.conclude(matches, _together(matches.decision, prediction, model))
        plain = None
        if words.sector is None and not words.misconduct:
            sector = plain_sector(self.rules, matches, prediction, model)
            plain = self.rules.conclude(matches, matches.decision._replace(sector=sector)) if sector else None
        return WordsReading(words, prediction, plain)


def _text(state: Complaint) -> str:
    return "\n".join([state.title or "", state.text, *(text for _, text in state.details)])


def _location(gazetteer: Gazetteer, state: Complaint) -> Location:
    address = state.place.address if state.place else None
    texts = [("address", address or ""), ("text", _text(state)), ("addressed_to", state.addressed_to or "")]
    return gazetteer.find(state.place, [pair for pair in texts if pair[1]])


def _combined(whole: WordsReading, task: WordsReading | None, where: Location) -> ComplaintReading:
    if task is None or task.words.sector is None:
        return ComplaintReading(whole.words, where, whole.prediction, whole.plain)
    words = task.words._replace(misconduct=task.words.misconduct or whole.words.misconduct)
    return ComplaintReading(words, where, task.prediction)


def hints(scored: Sequence[SectorScore]) -> tuple[SectorScore, ...]:
    """The rules' scores that the model sees, in training and in use."""
    return tuple(scored[:HINTS])


def place_tokens(region: str | None) -> tuple[str, ...]:
    """The model's place features of a region: codes of province, regency and district, as far as known."""
    parts = region.split(".") if region else []
    return tuple(".".join(parts[: at + 1]) for at in range(len(parts[:3])))


def _together(by_rules: SectorDecision, prediction: Prediction, model: Model) -> SectorDecision:
    suspected = by_rules.misconduct or prediction.supervision >= SUSPECTED
    if by_rules.sector is not None and by_rules.misconduct:
        # Misconduct: the sector then only tells who is accused, and an inspectorate reads the complaint anyway.
        return by_rules._replace(misconduct=suspected)
    if by_rules.sector is not None and by_rules.sector not in model.labels:
        # The model never learned the sector, so no threshold was measured for it: only a plain text is placed.
        return SectorDecision(None, _with_unlearned(by_rules.scored[0], prediction), (), suspected)
    agreed = prediction.sector == by_rules.sector or not model.rule.agreement
    sector = prediction.sector if agreed else None
    return SectorDecision(sector, prediction.sectors, prediction.words if sector else (), suspected)


def _with_unlearned(found: SectorScore, prediction: Prediction) -> tuple[SectorScore, ...]:
    """The likeliest sectors with one that the model could not know: its own share what the rules' score leaves."""
    rest = (SectorScore(each.sector, each.score * (1 - found.score)) for each in prediction.sectors)
    return found, *rest


def likeliest_sectors(model: Model) -> Callable[[str], Sequence[SectorScore]]:
    """A function from a text to the sectors that the model finds likeliest, best first, whatever their score."""
    with_model = default_reader().with_model(model)

    def sectors(text: str) -> Sequence[SectorScore]:
        (reading,) = with_model.words([TextToRead(text, "", ())])
        prediction = reading.prediction
        return prediction.sectors if prediction else ()

    return sectors


def located(state: Complaint) -> str | None:
    """The region of a complaint that was never read, as the reader would find it."""
    return _location(shared_gazetteer(), state).region


@cache
def shared_gazetteer() -> Gazetteer:
    """The gazetteer of the shipped regions, made once. Raises BadRules."""
    return default_gazetteer()


def default_gazetteer(extra: Mapping[str, str] = MappingProxyType({})) -> Gazetteer:
    """The regions shipped in this package, and `extra` ones (name by code). Raises BadRules."""
    return Gazetteer(name_data(), place_data(), district_data(), extra, sector_vocabulary(rule_data()))


def default_reader() -> Reader:
    """A reader of the data shipped in this package, without a model. Raises BadRules."""
    return _reader(())


def reader(registry: Registry) -> Reader:
    """A reader that also knows regions which only the registry's bodies name. Raises BadRules."""
    listed = place_data().places
    bodies = (body for body in registry.agencies.values() if body.region is not None and body.region not in listed)
    extra = {str(body.region): body.name for body in bodies if len(str(body.region)) <= REGENCY_LENGTH}
    return _reader(tuple(sorted(extra.items())))


@lru_cache(maxsize=4)
def _reader(extra: tuple[tuple[str, str], ...]) -> Reader:
    return Reader(Rules(rule_data()), default_gazetteer(dict(extra)))
