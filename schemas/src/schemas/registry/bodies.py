"""An agency and a mandate, as the registry holds them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple


class Agency(NamedTuple):
    """One agency. `successor` and `alive` follow from mergers and dissolutions."""

    id: str
    name: str
    kind: str
    level: str
    region: str | None
    zone: str
    parent: str | None
    inspectorate: str | None
    units: Mapping[str, str]
    alive: bool = True
    successor: str | None = None
    ended_at: datetime | None = None
    template: str | None = None


class Mandate(NamedTuple):
    """Authority for (sector, level, region) from `valid_from` on and before `valid_until`."""

    agency: str
    unit: str | None
    sector: str
    level: str
    region: str | None
    valid_from: date
    valid_until: date | None
    source: str

    def on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)
