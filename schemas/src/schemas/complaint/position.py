"""The position of a report as the public may see it, in every feed: exact, on a grid, or none. Pure.

Which one depends on the matter, never on the reader: whoever compares two feeds must learn nothing more. The reporter
can only make it coarser. docs/adr/0016-the-position-of-a-public-report.md says why.
"""

import math
from enum import StrEnum
from typing import Final, NamedTuple

from schemas.complaint.state import Complaint

GRID_DEGREES: Final = 0.0045
"""Side of a cell: 498 m from south to north, 492 to 501 m from west to east between 11 degrees south and 6 north.

Not a number of the policy: positions published on two grids together would be finer than either.
"""
DECIMALS: Final = 6
"""Of an exact position: 0.1 m."""
PUBLIC_SPACE: Final = frozenset(
    {"roads", "toll-roads", "street-lighting", "waste", "parks-trees", "drainage-flood", "traffic-parking"}
)
"""Sectors whose reports point at a thing in public space. Every other one, and one that an operator adds, may point at
somebody's home.
"""


class Precision(StrEnum):
    """How precisely the public sees where a report points."""

    EXACT = "exact"
    ROUNDED = "rounded"
    NONE = "none"


class Position(NamedTuple):
    """WGS 84 degrees; if rounded, the centre of the cell."""

    lat: float
    lon: float
    precision: Precision


def precision(state: Complaint) -> Precision:
    """None for what the public may not read, for an erased report, and for one filed before positions were shown."""
    if not state.is_public or state.erased or state.public_position == "none":
        return Precision.NONE
    exact = state.sector in PUBLIC_SPACE and state.public_position == "policy"
    return Precision.EXACT if exact else Precision.ROUNDED


def public_position(state: Complaint) -> Position | None:
    """The position to publish; None: none, or the reporter gave none."""
    place, shown = state.place, precision(state)
    if place is None or place.lat is None or place.lon is None or shown is Precision.NONE:
        return None
    if shown is Precision.EXACT:
        return Position(round(place.lat, DECIMALS), round(place.lon, DECIMALS), shown)
    return Position(_centre(place.lat), _centre(place.lon), shown)


def _centre(degrees: float) -> float:
    return round((math.floor(degrees / GRID_DEGREES) + 0.5) * GRID_DEGREES, 5)
