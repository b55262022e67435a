"""Caches of what is the same in every run and expensive: the registry's first events, readers of texts, decoded events."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from chassis.kafka import cloudevents
from chassis.kafka.signature import Signer
from chassis.keys.keyring import MemoryKeyRing
from chassis.relay.publisher import target
from chassis.store.memory import MemoryStore
from chassis.write.repository import Cause, Repository
from router.duplicates.features import FeatureExtractor, feature_data
from router.placement import knowledge
from router.reading.reader import Reader, TextToRead
from schemas.base.envelope import NewEvent, RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY
from schemas.complaint.fold import RecordedFact, evolve
from schemas.events import codec
from schemas.events.codec import NO_KEYS
from schemas.registry.fold import Registry, fold_registry
from support import nation, placing

STORE_ID: Final = UUID(int=3)
START: Final = datetime.fromisoformat("2026-03-02T03:00:00+00:00")


@cache
def founding() -> tuple[Sequence[NewEvent], Sequence[RecordedFact]]:
    """The registry's first events and the registry that they fold to."""
    repository = Repository(MemoryStore(lambda: START, STORE_ID), MemoryKeyRing(), "router")
    decrees = [calendar.decree(nation.DECREED_AT) for calendar in nation.calendars()]
    facts = [fact.model_copy(update={"at": nation.DECREED_AT}) for fact in (*decrees, *placing.country())]
    cause = Cause(UUID(int=1), STORE_ID, nation.DECREED_AT)
    events = repository.encode(REGISTRY, facts, cause, Keys())
    return events, [RecordedFact(fact, event.id, n) for n, (fact, event) in enumerate(zip(facts, events, strict=True))]


@cache
def _founded() -> Registry:
    return fold_registry(Registry(), founding()[1])


def _on_from_there(state: Registry, history: Sequence[RecordedFact]) -> Registry:
    begun = len(founding()[1])
    if state.version >= 0 or len(history) < begun or history[begun - 1].event_id != founding()[1][-1].event_id:
        return fold_registry(state, history)
    return founded(_founded(), history[begun:])


def remembered(make: Callable[..., Any]) -> Callable[..., Any]:
    """Cache of text readers, by their regions."""
    made: dict[Any, Any] = {}

    def once(registry: Any) -> Any:
        bodies = frozenset((body.id, body.region) for body in registry.agencies.values())
        if bodies not in made:
            made[bodies] = make(registry)
        return made[bodies]

    return once


class Once:
    """A pure function, called once per run for the same arguments. The arguments are kept with the result, so that
    their ids stay valid until the run ends.
    """

    ALL: Final[list["Once"]] = []

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function, self._made = function, dict[Any, Any]()
        self.ALL.append(self)

    def __call__(self, *given: Any) -> Any:
        place = tuple(map(id, given))
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._function(*given), given
        return found[0]

    def know(self, given: Any, what: Any) -> None:
        """Set the result for these arguments."""
        self._made[id(given)] = what, given

    def known(self, given: Any) -> Any:
        return self._made[id(given)][0]

    def forget(self) -> None:
        """Drop everything that the run cached."""
        self._made.clear()


class Pending(Once):
    """`schemas.deadlines.actions.pending`; a missing lead and no lead are the same."""

    def __call__(self, *given: Any) -> Any:
        return super().__call__(*(given[:-1] if given[-1] is None else given))


class Reckoned(Once):
    """`schemas.deadlines.clocks.date_context`, by days off, zone and policies."""

    def __call__(self, *given: Any) -> Any:
        found = self._function(*given)
        return self._made.setdefault(
            (id(found.calendar), id(found.policies), found.zone, found.region), (found, given)
        )[0]


class Due(Once):
    """`schemas.deadlines.clocks.due_date`; a clock that was never stopped ends at the same instant whatever else happens."""

    def __call__(self, rule: Any, since: Any, context: Any, stops: Any = (), started_at: Any = None) -> Any:
        if stops:
            return self._function(rule, since, context, stops, started_at)
        place = rule, id(since), id(context), id(started_at)
        found = self._made.get(place)
        if found is None:
            given = since, context, started_at
            found = self._made[place] = self._function(rule, since, context, (), started_at), given
        return found[0]


class Decoded(Once):
    """Decoded events, valid as long as the key lives, for readers of the store and of Kafka."""

    def __call__(self, event: Any, keys: Any = NO_KEYS) -> Any:
        place = (id(event.data), *keys.generations)
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._function(event, keys), event.data
        return found[0]


class Evolved(Once):
    """`fold`, cached per single event: the same state with the same event gives the same state."""

    def __call__(self, state: Any, history: Iterable[RecordedFact]) -> Any:
        made = self._made
        if state.version < 0:
            state = made.setdefault(state.id, state)
        for told in history:
            place = id(state), id(told.fact)
            found = made.get(place)
            if found is None:
                found = made[place] = self._function(state, told), state, told
            state = found[0]
        return state


class Folded(Once):
    """`fold_registry`, cached by state and events."""

    def __call__(self, state: Any, history: Iterable[RecordedFact]) -> Any:
        told = list(history)
        place = (0 if state.version < 0 else id(state), *[id(one.fact) for one in told])
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._function(state, told), state, told
        return found[0]


READER: Final = remembered(knowledge.reader)
DECODE: Final = Decoded(codec.decode)
FOLDS: Final = Evolved(evolve)
founded: Final = Folded(_on_from_there)
"""`fold_registry`, which always begins with the same events."""


class _Says(Once):
    """`chassis.write.loaded.tell`, decoded once per event: a run asks some thirty times."""

    def __init__(self) -> None:
        super().__init__(DECODE)

    def __call__(self, events: Sequence[Any], keys: Any) -> list[RecordedFact]:
        made = self._made.setdefault(tuple(keys.generations), {})
        try:
            return [made[id(event.data)] for event in events]
        except KeyError:
            for event in events:
                if id(event.data) not in made:
                    made[id(event.data)] = RecordedFact(DECODE(event, keys), event.id, event.version)
            return [made[id(event.data)] for event in events]


tell: Final = _Says()

_encode: Final = codec.encode
_ENCODED: Final = Once(lambda fact, event, keys: (event, keys))
"""Encoded events, kept until the run ends."""


def encode(fact: Any, event_id: UUID, metadata: Any, keys: Any) -> NewEvent:
    """`schemas.events.codec.encode`."""
    event = _encode(fact, event_id, metadata, keys)
    _ENCODED.know(fact, (event, keys))
    return event


def noted(state: Any, history: Iterable[RecordedFact]) -> Any:
    """`fold` of events just written, as every other reader decodes them, so that all share the same states."""
    return FOLDS(state, [told._replace(fact=_as_read(told)) for told in history])


def _as_read(told: RecordedFact) -> Any:
    event, keys = _ENCODED.known(told.fact)
    return DECODE(RecordedEvent(*event, "", told.version, 0, START), keys)


SIGNING_KEY: Final = b"the key of all signatures"
_SIGNER: Final = Signer(SIGNING_KEY, STORE_ID)
HEADERS: Final = Once(lambda event: cloudevents.to_headers(event, _SIGNER, target(event)[1]))
"""The headers of an event as the relay signs it."""
_RECORDED: Final = Once(lambda headers, message: cloudevents.to_recorded(message))


def to_recorded(message: Any) -> Any:
    """`chassis.kafka.cloudevents.to_recorded`."""
    return _RECORDED(message.headers, message)


METADATA: Final = Once(lambda _bytes, event: codec.metadata_of(event))


def metadata_of(event: Any) -> Any:
    """`schemas.events.codec.metadata_of`."""
    return METADATA(event.metadata, event)


_WORDS: Final[dict[Any, Any]] = {}
_read_words: Final = Reader.words


def words(reader: Reader, asked: Sequence[TextToRead]) -> list[Any]:
    """`router.reading.reader.Reader.words`, once per text."""
    places = [(id(reader.rules), id(reader.model), each) for each in asked]
    if new := [each for place, each in zip(places, asked, strict=True) if place not in _WORDS]:
        read = zip(new, _read_words(reader, new), strict=True)
        _WORDS.update({(id(reader.rules), id(reader.model), each): found for each, found in read})
    return [_WORDS[place] for place in places]


class _Telling(FeatureExtractor):
    """Reads each text once."""

    features = cache(FeatureExtractor.features)


TELLING: Final = _Telling(feature_data())
"""Features for duplicate detection."""
