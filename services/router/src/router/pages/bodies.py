"""Finds bodies and their units by the words of their names, for whoever fills in a form. Pure."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from router.registry.mandates import AgencyUnit
from schemas.registry.fold import Registry
from schemas.wording.names import agency

FOUND: Final = 8
"""Bodies that one search shows."""


class Option(NamedTuple):
    """A body or a unit of it. `value`: as forms hold it, `agency` or `agency/unit`."""

    value: str
    name: str


class BodySearch:
    """The living bodies of one version of the registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        units = [
            AgencyUnit(body.id, unit)
            for body in registry.agencies.values()
            if body.alive
            for unit in (None, *body.units)
        ]
        named = [(each, agency(each.agency, each.unit, registry)) for each in units]
        self._all: Sequence[tuple[Option, AgencyUnit, list[str]]] = [
            (Option(value_of(each), name), each, _words(name)) for each, name in named
        ]

    def find(self, text: str, most: int = FOUND) -> list[Option]:
        """At most `most` with a word for each word of `text` that begins with it: one with this very name alone; else
        those before with fewer other words, and whole bodies before units.
        """
        wanted = _words(text)
        hits = [hit for hit in self._all if wanted and all(any(w.startswith(one) for w in hit[2]) for one in wanted)]
        same = [option for option, _, words in hits if words == wanted]
        ranked = sorted(hits, key=lambda hit: (hit[1].unit is not None, len(hit[2]), hit[0].name))
        return same[:1] or [option for option, _, _ in ranked[:most]]


class CachedSearch:
    """The search of the newest registry that was asked for: building it costs some milliseconds."""

    def __init__(self) -> None:
        self._kept = BodySearch(Registry())

    def of(self, registry: Registry) -> BodySearch:
        if self._kept.registry is not registry:
            self._kept = BodySearch(registry)
        return self._kept


SEARCH: Final = CachedSearch()


def value_of(body: AgencyUnit) -> str:
    """A body as forms hold it."""
    return f"{body.agency}/{body.unit}" if body.unit else body.agency


def body_in(value: str) -> dict[str, str]:
    """The fields of a command that a form's value names."""
    agency_, _, unit = value.partition("/")
    return {"agency": agency_, "unit": unit} if unit else {"agency": agency_}


def option_of(value: str, registry: Registry) -> Option:
    """The option that a form's value names."""
    named = body_in(value)
    return Option(value, agency(named["agency"], named.get("unit"), registry))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
