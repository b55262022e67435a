"""Which position the public sees of a report."""

from itertools import pairwise
from math import cos, radians
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base.values import Place
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.position import PUBLIC_SPACE, Position, Precision, public_position
from schemas.complaint.state import Complaint, new
from schemas.events.intake import PersonalDataErased
from schemas.wording.sectors import SECTORS
from support.inbox import T0
from support.lives import BASIS, classified, filed, part_of

HERE = Place(lat=-6.914744, lon=107.609811, address="Jalan Kenari 5")
METRES_PER_DEGREE = 111_320


def state(sector: str = "roads", *, supervision: bool = False, place: Place = HERE, **said: Any) -> Complaint:
    read = classified(supervision=supervision)
    read = read.model_copy(update={"basis": BASIS.model_copy(update={"sector": sector}), "sector": sector})
    first = filed(place=place, **{"public_position": "policy", **said})
    return folded(first, read)


def folded(*facts: Any) -> Complaint:
    return fold(new(UUID(int=1)), [RecordedFact(fact, UUID(int=n), n) for n, fact in enumerate(facts)])


@pytest.mark.parametrize("sector", sorted(PUBLIC_SPACE))
def test_a_thing_in_public_space_is_shown_where_it_is(sector: str) -> None:
    assert public_position(state(sector)) == Position(-6.914744, 107.609811, Precision.EXACT)


@pytest.mark.parametrize("sector", [*sorted({*SECTORS} - PUBLIC_SPACE), "a-sector-of-the-operator"])
def test_what_may_concern_a_home_is_shown_within_half_a_kilometre(sector: str) -> None:
    shown = public_position(state(sector))
    assert shown is not None
    assert shown.precision is Precision.ROUNDED
    assert (shown.lat, shown.lon) != (HERE.lat, HERE.lon)


def test_an_unread_a_secret_an_examined_and_an_erased_report_and_a_part_have_none() -> None:
    unread, secret = folded(filed(place=HERE, public_position="policy")), state(secret=True)
    erased = folded(filed(place=HERE, public_position="policy"), classified(), PersonalDataErased(at=T0))
    part = folded(part_of(UUID(int=2)), classified())
    assert [public_position(one) for one in (unread, secret, state(supervision=True), erased, part)] == [None] * 5


def test_a_report_filed_before_positions_were_shown_keeps_none() -> None:
    assert public_position(folded(filed(place=HERE), classified())) is None


def test_the_reporter_makes_it_coarser_and_never_finer() -> None:
    rounded = public_position(state("roads", public_position="rounded"))
    assert rounded == public_position(state("water-supply"))
    assert public_position(state("roads", public_position="none")) is None
    assert public_position(state("water-supply", public_position="rounded")) == rounded


@given(st.floats(-11, 6), st.floats(95, 141))
def test_the_grid_moves_a_point_by_at_most_355_metres_and_a_cell_shows_one_point(lat: float, lon: float) -> None:
    shown = public_position(state("housing", place=Place(lat=lat, lon=lon)))
    assert shown is not None
    north, east = (shown.lat - lat) * METRES_PER_DEGREE, (shown.lon - lon) * METRES_PER_DEGREE * cos(radians(lat))
    assert (north**2 + east**2) ** 0.5 <= 355
    assert public_position(state("housing", place=Place(lat=shown.lat, lon=shown.lon))) == shown


def test_the_cells_of_a_street_are_half_a_kilometre_apart() -> None:
    points = [public_position(state("housing", place=Place(lat=-6.9, lon=107 + n / 10_000))) for n in range(200)]
    columns = sorted({point.lon for point in points if point})
    assert {round((b - a) * METRES_PER_DEGREE * cos(radians(6.9)), -1) for a, b in pairwise(columns)} == {500}
