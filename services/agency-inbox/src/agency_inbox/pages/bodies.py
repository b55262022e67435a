"""Agencies by a name that somebody typed. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from schemas.registry.fold import Registry

MOST: Final = 12


def resolved(registry: Registry, typed: str) -> Mapping[str, str]:
    """Names of the living agencies that are meant, by id: the one with exactly this name or id, else those with all of
    these words, at most `MOST`.
    """
    living = {id_: body.name for id_, body in registry.agencies.items() if body.alive}
    wanted = typed.casefold().strip()
    exact = {id_: name for id_, name in living.items() if wanted in (id_, name.casefold())}
    if exact:
        return exact
    words = _words(wanted)
    found = {id_: name for id_, name in living.items() if words and all(_begins(name, word) for word in words)}
    return dict(sorted(found.items(), key=lambda each: each[1])[:MOST])


def _begins(name: str, word: str) -> bool:
    return any(each.startswith(word) for each in _words(name.casefold()))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)
