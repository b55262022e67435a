"""JSON from outsiders, read as I-JSON (RFC 7493) wants it: UTF-8, each name once, no broken characters.

Names the field of what it refuses, also where the whole text is not valid, so that its sender can be answered.
"""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from schemas.base.refusals import InvalidField

MOST_DIGITS: Final = 400
"""A longer integer is no number that any field takes; Python refuses to read one of more than 4,300 digits."""
_SUSPICIOUS: Final = (b"\\ud", b"\\uD", b"\\u0000")
BROKEN: Final = "holds a broken character"
NUL: Final = "must not hold a NUL character"


class NoJson(ValueError):
    """No JSON text at all."""


def strict_json(data: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        InvalidField: a name occurs twice, or a text holds a lone surrogate, a NUL or what is no UTF-8.
        NoJson: no JSON, or nested too deeply.
    """
    try:
        value = _DECODER.decode(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        _refuse_broken(lenient_json(data))
    except InvalidField:
        raise
    except (ValueError, RecursionError) as error:
        raise NoJson from error
    if any(each in data for each in _SUSPICIOUS):
        _check_texts(value)
    return value


def lenient_json(data: bytes) -> Any:
    """The value of a JSON text with everything that `strict_json` refuses; of a name that occurs twice, the last.

    Raises:
        NoJson: no JSON, or nested too deeply.
    """
    try:
        return json.loads(data.removeprefix(BOM_UTF8).decode(errors="surrogateescape"), parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise NoJson from error


def is_whole(text: str) -> bool:
    """Whether a text has neither NUL nor lone surrogates."""
    return _fault(text) is None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidField(field=_shown(twice), why="occurs twice")
    return found


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float("inf")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer)


def _check_texts(value: object) -> None:
    for field, text in _texts(value, ()):
        fault = _fault(text)
        if fault:
            raise InvalidField(field=field, why=fault)


def _refuse_broken(value: object) -> NoReturn:
    _check_texts(value)
    raise NoJson


def _texts(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    here = ".".join(path) or "body"
    if isinstance(value, str):
        yield here, value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, path)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield here, name
            yield from _texts(each, (*path, _shown(name)))


def _fault(text: str) -> str | None:
    if "\0" in text:
        return NUL
    return None if text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text) else BROKEN


def _shown(name: str) -> str:
    return name.encode("ascii", "replace").decode()[:100]
