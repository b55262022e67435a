"""What is the same in every run, and dear to make: the registry's beginning, readers of texts, decoded events."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from chassis.keyring import MemoryKeyRing
from chassis.ledger import Cause, Ledger
from chassis.stores.memory import MemoryStore
from router import knowing
from router.telling import FeatureReader, feature_data
from schemas import codec
from schemas.codec import NO_KEYS
from schemas.complaint import Complaint
from schemas.envelope import NewEvent
from schemas.evolve import Told, fold
from schemas.registry import Registry, fold_registry
from schemas.sealed import Keys
from schemas.streams import REGISTRY
from support import nation, placing

STORE_ID: Final = UUID(int=3)
REMEMBERED: Final = 20_000
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


def founded(state: Registry, history: Sequence[Told]) -> Registry:
    """`fold_registry`, whose beginning is always the same."""
    begun = len(founding()[1])
    if state.version >= 0 or len(history) < begun or history[begun - 1].event_id != founding()[1][-1].event_id:
        return fold_registry(state, history)
    return fold_registry(_founded(), history[begun:])


def remembered(make: Callable[..., Any]) -> Callable[..., Any]:
    """A reader of texts is the same for the same regions, and dear to make."""
    made: dict[Any, Any] = {}

    def once(registry: Any) -> Any:
        bodies = frozenset((body.id, body.region) for body in registry.agencies.values())
        if bodies not in made:
            made[bodies] = make(registry)
        return made[bodies]

    return once


def decoded_once(decode: Callable[..., Any]) -> Callable[..., Any]:
    """A stored event says the same to everybody, as long as its key lives."""
    made: dict[Any, Any] = {}

    def once(event: Any, keys: Any = NO_KEYS) -> Any:
        place = (event.id, event.data, *keys.generations)
        if place not in made:
            if len(made) > REMEMBERED:
                made.clear()
            made[place] = decode(event, keys)
        return made[place]

    return once


READER: Final = remembered(knowing.reader)
DECODE: Final = decoded_once(codec.decode)


class Folds:
    """`fold`, done once for all processes of a run: from the same state with the same facts it is the same."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}

    def clear(self) -> None:
        """Another run has other complaints under the same names."""
        self._made.clear()

    def __call__(self, state: Complaint, history: Iterable[Told]) -> Complaint:
        told = list(history)
        place = (state.id if state.version < 0 else id(state), *(id(one.fact) for one in told))
        found = self._made.get(place)
        if found is None:
            # State and facts are kept with it, so that their ids stay theirs.
            found = self._made[place] = (fold(state, told), state, told)
        return found[0]  # type: ignore[no-any-return]


FOLDS: Final = Folds()


class _Telling(FeatureReader):
    """Reads each text once."""

    features = cache(FeatureReader.features)


TELLING: Final = _Telling(feature_data())
"""What tells the likeness of texts."""
