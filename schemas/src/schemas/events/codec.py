"""Events to bytes and back, as JSON. Sealed fields are encrypted by `encode` and decrypted by `decode`.

Sealed fields are found once per type from its annotations; the caller passes the complaint's keys.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import from_json, to_json

from schemas.base.envelope import Metadata, NewEvent, RecordedEvent
from schemas.base.sealed import Keys, SealMark
from schemas.events import BY_NAME
from schemas.events.base import Fact
from schemas.events.upcasters import UPCASTERS, Upcaster, current_version, upcast

NO_KEYS: Final = Keys()
EVERY: Final = "*"
"""In a path: each element of a list."""


class UnknownEvent(Exception):
    """A type, or a version of a type, that only a newer service knows. Nothing may be decided on such a stream."""


class MalformedEvent(Exception):
    """The stored bytes do not fit the type: corruption, or a change of schema without an upcaster."""


def encode(fact: Fact, event_id: UUID, metadata: Metadata, keys: Keys = NO_KEYS) -> NewEvent:
    """The event to append.

    Raises:
        KeyError: there is text to seal and no key.
    """
    name = type(fact).__name__
    body = fact.model_dump(mode="json", by_alias=True, exclude_none=True)
    for path in sealed_paths(type(fact)):
        _rewrite(body, path, "", lambda at, text: keys.seal(event_id, at, text))
    version = current_version(name)
    stamped = (
        metadata if metadata.schema_version == version else metadata.model_copy(update={"schema_version": version})
    )
    return NewEvent(event_id, name, to_json(body), stamped.model_dump_json(exclude_none=True).encode())


def decode(recorded: RecordedEvent, keys: Keys = NO_KEYS) -> Fact:
    """The event; text whose key is destroyed reads as `ERASED`.

    Raises:
        UnknownEvent, MalformedEvent, schemas.base.sealed.BrokenSeal.
    """
    model = BY_NAME.get(recorded.type)
    if model is None:
        raise UnknownEvent(recorded.type)
    if not any(stamp in recorded.metadata for stamp in _STAMPS[recorded.type]):
        _refuse_newer(recorded)
    try:
        data = recorded.data if recorded.type not in _CHANGED else _upcasted(recorded)
        fact: Fact = model.__pydantic_validator__.validate_json(data)
        plain, deep = _SEALED[recorded.type]
        fields = fact.__dict__
        # Opened in place: the event was created above and is not shared yet.
        for name in plain:
            if (token := fields[name]) is not None:
                fields[name] = keys.open(recorded.id, name, token)
        for path in deep:
            _open(fact, path, "", recorded.id, keys)
    except ValueError as error:
        raise MalformedEvent(f"{recorded.type} at {recorded.stream}@{recorded.version}: {error}") from error
    return fact


def _refuse_newer(recorded: RecordedEvent) -> None:
    try:
        version = from_json(recorded.metadata).get("schema_version", 1)
    except (ValueError, AttributeError):
        return  # broken metadata is found by whoever needs it
    if isinstance(version, int) and version > current_version(recorded.type):
        raise UnknownEvent(f"version {version} of {recorded.type}")


def metadata_of(recorded: RecordedEvent) -> Metadata:
    """The decoded metadata."""
    return Metadata.model_validate_json(recorded.metadata)


def _upcasted(recorded: RecordedEvent) -> bytes:
    body = upcast(recorded.type, metadata_of(recorded).schema_version, from_json(recorded.data))
    return to_json(body)


def _open(node: Any, path: tuple[str, ...], at: str, event_id: UUID, keys: Keys) -> None:
    step, rest = path[0], path[1:]
    if step == EVERY:
        for index, element in enumerate(node):
            _open(element, rest, f"{at}.{index}", event_id, keys)
        return
    value = node.__dict__[step]
    if value is None:
        return
    place = f"{at}.{step}" if at else step
    if rest:
        _open(value, rest, place, event_id, keys)
    else:
        node.__dict__[step] = keys.open(event_id, place, value)


@cache
def sealed_paths(model: type[BaseModel]) -> tuple[tuple[str, ...], ...]:
    """Paths of the sealed fields of a type; `*` is each element of a list. A sealed field has no alias."""
    found: list[tuple[str, ...]] = []
    for name, info in model.model_fields.items():
        if any(isinstance(mark, SealMark) for mark in info.metadata):
            found.append((name,))
        else:
            found.extend((name, *rest) for rest in _paths_in(info.annotation))
    return tuple(found)


def _paths_in(annotation: Any) -> list[tuple[str, ...]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return list(sealed_paths(annotation))
    if hasattr(annotation, "__metadata__") and any(isinstance(mark, SealMark) for mark in annotation.__metadata__):
        return [()]
    if get_origin(annotation) in (Union, UnionType):
        return [path for arm in get_args(annotation) for path in _paths_in(arm)]
    if get_origin(annotation) is tuple:
        return [(EVERY, *path) for arm in get_args(annotation) for path in _paths_in(arm)]
    return []


def _rewrite(node: Any, path: tuple[str, ...], at: str, change: Callable[[str, str], str]) -> None:
    step, rest = path[0], path[1:]
    if step == EVERY:
        keys: Mapping[Any, str] = {index: str(index) for index in range(len(node))}
    else:
        keys = {step: step} if node.get(step) is not None else {}
    for key, label in keys.items():
        place = f"{at}.{label}" if at else label
        if rest:
            _rewrite(node[key], rest, place, change)
        else:
            node[key] = change(place, node[key])


def _sealed(model: type[BaseModel]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The type's own sealed fields, and the paths to nested ones."""
    paths = sealed_paths(model)
    return tuple(path[0] for path in paths if len(path) == 1), tuple(path for path in paths if len(path) > 1)


def _changed(upcasters: Mapping[tuple[str, int], Upcaster]) -> frozenset[str]:
    return frozenset(name for name, _ in upcasters)


_CHANGED: Final = _changed(UPCASTERS)
_SEALED: Final = {name: _sealed(model) for name, model in BY_NAME.items()}
_STAMPS: Final = {
    name: tuple(f'"schema_version":{current_version(name)}{end}'.encode() for end in ",}") for name in BY_NAME
}
"""How the metadata of an event of today's version says so: two searches instead of reading it."""
