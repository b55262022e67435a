"""What is the same in every run, and dear to make: the registry's beginning, readers of texts, decoded events."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from chassis.kafka import cloudevents
from chassis.keys.keyring import MemoryKeyRing
from chassis.store.memory import MemoryStore
from chassis.write.repository import Cause, Ledger
from router.duplicates.features import FeatureReader, feature_data
from router.placement import knowledge
from router.reading.reader import Asked, Reader
from schemas.base.envelope import NewEvent, RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY
from schemas.complaint.fold import Told, evolve
from schemas.events import codec
from schemas.events.codec import NO_KEYS
from schemas.registry.fold import Registry, fold_registry
from support import nation, placing

STORE_ID: Final = UUID(int=3)
START: Final = datetime.fromisoformat("2026-03-02T03:00:00+00:00")


@cache
def founding() -> tuple[Sequence[NewEvent], Sequence[Told]]:
    """The registry's first events, and what they say."""
    ledger = Ledger(MemoryStore(lambda: START, STORE_ID), MemoryKeyRing(), "router")
    decrees = [calendar.decree(nation.DECREED_AT) for calendar in nation.calendars()]
    facts = [fact.model_copy(update={"at": nation.DECREED_AT}) for fact in (*decrees, *placing.country())]
    cause = Cause(UUID(int=1), STORE_ID, nation.DECREED_AT)
    events = ledger.encode(REGISTRY, facts, cause, Keys())
    return events, [Told(fact, event.id, n) for n, (fact, event) in enumerate(zip(facts, events, strict=True))]


@cache
def _founded() -> Registry:
    return fold_registry(Registry(), founding()[1])


def _on_from_there(state: Registry, history: Sequence[Told]) -> Registry:
    begun = len(founding()[1])
    if state.version >= 0 or len(history) < begun or history[begun - 1].event_id != founding()[1][-1].event_id:
        return fold_registry(state, history)
    return founded(_founded(), history[begun:])


def remembered(make: Callable[..., Any]) -> Callable[..., Any]:
    """A reader of texts is the same for the same regions, and dear to make."""
    made: dict[Any, Any] = {}

    def once(registry: Any) -> Any:
        bodies = frozenset((body.id, body.region) for body in registry.agencies.values())
        if bodies not in made:
            made[bodies] = make(registry)
        return made[bodies]

    return once


class Once:
    """A pure function, asked once for all processes of a run: of the very same things it gives the very same.

    What it was given is kept with what it gave, so that their ids stay theirs until the run is over.
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
        """What it gives of this."""
        self._made[id(given)] = what, given

    def known(self, given: Any) -> Any:
        """That."""
        return self._made[id(given)][0]

    def forget(self) -> None:
        """The run is over: what it met is let go."""
        self._made.clear()


class Pending(Once):
    """`schemas.deadlines.actions.pending`: no lead is the same as none named."""

    def __call__(self, *given: Any) -> Any:
        return super().__call__(*(given[:-1] if given[-1] is None else given))


class Reckoned(Once):
    """`schemas.deadlines.clocks.reckoning_for`: the same days off, zone and policies are one reckoning."""

    def __call__(self, *given: Any) -> Any:
        found = self._function(*given)
        return self._made.setdefault(
            (id(found.calendar), id(found.policies), found.zone, found.region), (found, given)
        )[0]


class Due(Once):
    """`schemas.deadlines.clocks.reckon`: a clock that nothing stopped ends when it ends, whatever else happens."""

    def __call__(self, rule: Any, since: Any, reckoning: Any, stops: Any = (), started_at: Any = None) -> Any:
        if stops:
            return self._function(rule, since, reckoning, stops, started_at)
        place = rule, id(since), id(reckoning), id(started_at)
        found = self._made.get(place)
        if found is None:
            given = since, reckoning, started_at
            found = self._made[place] = self._function(rule, since, reckoning, (), started_at), given
        return found[0]


class Decoded(Once):
    """A stored event says the same to everybody, as long as its key lives: to whoever got it from the store, and to
    whoever got the same bytes over Kafka.
    """

    def __call__(self, event: Any, keys: Any = NO_KEYS) -> Any:
        place = (id(event.data), *keys.generations)
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._function(event, keys), event.data
        return found[0]


class Evolved(Once):
    """`fold`, one fact after another, however many of them somebody folds at a time: from the same state with the same
    fact it is the same.
    """

    def __call__(self, state: Any, history: Iterable[Told]) -> Any:
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
    """`fold_registry`: from the same state with the same facts it is the same."""

    def __call__(self, state: Any, history: Iterable[Told]) -> Any:
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
"""`fold_registry`, whose beginning is always the same."""


class _Says(Once):
    """What events say (`chassis.write.loaded.tell`), found in one look for each: they are asked for some thirty times."""

    def __init__(self) -> None:
        super().__init__(DECODE)

    def __call__(self, events: Sequence[Any], keys: Any) -> list[Told]:
        made = self._made.setdefault(tuple(keys.generations), {})
        try:
            return [made[id(event.data)] for event in events]
        except KeyError:
            for event in events:
                if id(event.data) not in made:
                    made[id(event.data)] = Told(DECODE(event, keys), event.id, event.version)
            return [made[id(event.data)] for event in events]


tell: Final = _Says()

_encode: Final = codec.encode
_ENCODED: Final = Once(lambda fact, event, keys: (event, keys))
"""What was made of a fact, as long as the run lasts."""


def encode(fact: Any, event_id: UUID, metadata: Any, keys: Any) -> NewEvent:
    """`schemas.events.codec.encode`."""
    event = _encode(fact, event_id, metadata, keys)
    _ENCODED.know(fact, (event, keys))
    return event


def noted(state: Any, history: Iterable[Told]) -> Any:
    """`fold` of what was just written: with the facts as everybody else reads them, so that all have the same states."""
    return FOLDS(state, [told._replace(fact=_as_read(told)) for told in history])


def _as_read(told: Told) -> Any:
    event, keys = _ENCODED.known(told.fact)
    return DECODE(RecordedEvent(*event, "", told.version, 0, START), keys)


HEADERS: Final = Once(cloudevents.to_headers)
ABOUT: Final = Once(cloudevents.about)
"""Of headers, which a broker keeps."""
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


def words(reader: Reader, asked: Sequence[Asked]) -> list[Any]:
    """`router.reading.reader.Reader.words`, of each text once: readers that are left to be remembered live as long."""
    places = [(id(reader._rules), id(reader.model), each) for each in asked]
    if new := [each for place, each in zip(places, asked, strict=True) if place not in _WORDS]:
        read = zip(new, _read_words(reader, new), strict=True)
        _WORDS.update({(id(reader._rules), id(reader.model), each): found for each, found in read})
    return [_WORDS[place] for place in places]


class _Telling(FeatureReader):
    """Reads each text once."""

    features = cache(FeatureReader.features)


TELLING: Final = _Telling(feature_data())
"""What tells the likeness of texts."""
