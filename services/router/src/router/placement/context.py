"""What placement looks up besides the complaint: mandates, reader, precedents and policies, as one value."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from router.reading.reader import Reader
from router.registry.mandates import MandateIndex, area, precise
from schemas.base.values import Level
from schemas.complaint.state import Complaint
from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry

PrecedentKey = tuple[str, str, str | None]
"""Sector, level, area."""


class Precedent(NamedTuple):
    """A binding decision that later complaints follow. `name`: the id of the complaint it was made on."""

    agency: str
    unit: str | None
    name: str


def precedent_key(sector: str | None, level: Level | None, region: str | None) -> PrecedentKey | None:
    """Under which key a binding placement is a precedent; None if sector, level or area is not known."""
    if sector is None or level is None or not precise(level, region):
        return None
    return sector, level.value, area(level, region)


class PlacementContext(NamedTuple):
    """Everything besides the complaint that a placement rests on."""

    mandates: MandateIndex
    reader: Reader
    precedents: Mapping[PrecedentKey, Precedent]
    policies: Policies

    @property
    def registry(self) -> Registry:
        """The registry that the mandates were read from."""
        return self.mandates.registry

    def home_level(self, sector: str) -> Level:
        """The level whose body is competent for this sector where nothing else is said."""
        return self.reader.rules.homes.get(sector) or self.mandates.most_local_level(sector)

    def read_ahead(self, states: Sequence[Complaint]) -> "PlacementContext":
        """A context that has read these states as one batch, which is much faster than one by one."""
        return self._replace(reader=self.reader.read_ahead(states))
