"""What placing looks up besides the complaint: mandates, reader, precedents and policies, as one value."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from router.reading.reader import Reader
from router.registry.mandates import MandateIndex
from schemas.complaint.state import Complaint
from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry


class Precedent(NamedTuple):
    """A binding decision that later complaints follow. `name`: the id of the complaint it was made on."""

    agency: str
    unit: str | None
    name: str


PrecedentKey = tuple[str, str, str | None]
"""Sector, level, area."""


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

    def ahead(self, states: Sequence[Complaint]) -> "PlacementContext":
        """A context that has read these states already: a batch is read in a fraction of the time."""
        return self._replace(reader=self.reader.read_ahead(states))
