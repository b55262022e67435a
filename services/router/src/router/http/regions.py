"""The endpoint that finds regions by name or by position."""

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query

from chassis.http.access import ANYONE, allow
from chassis.http.web import StrictRoute
from router.geography.centroids import Centroid, CentroidIndex
from router.geography.codes import DISTRICT_LENGTH
from router.geography.search import NamedRegion, RegionSearch
from router.http.answers import Regions
from router.lexicon.files import district_data, place_data
from router.settings import REGIONS_FOUND, SURE_PLACE
from schemas.base.limits import NAME, PAGE
from schemas.base.refusals import InvalidField

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)


@cache
def _search() -> RegionSearch:
    places = ((code, name) for code, (name, _, _) in place_data().places.items())
    return RegionSearch(places, ((each.code, each.name) for each in district_data()))


@cache
def _centroids() -> CentroidIndex:
    abroad = (Centroid("", lat, lon) for lat, lon in place_data().abroad.values())
    return CentroidIndex([*(Centroid(each.code, each.lat, each.lon) for each in district_data()), *abroad])


@router.get("/regions", dependencies=[allow(ANYONE)], responses={200: {"model": Regions}})
async def regions(
    name: Annotated[str, Query(max_length=NAME)] = "",
    lat: Annotated[float | None, Query(ge=-90, le=90, description="degrees, with `lon`")] = None,
    lon: Annotated[float | None, Query(ge=-180, le=180, description="degrees, with `lat`")] = None,
    code: Annotated[list[str] | None, Query(max_length=PAGE)] = None,
) -> dict[str, Any]:
    """Regencies, cities and districts whose names hold words that begin with those given; or the district that a
    position lies in, and behind it one of the nearest other regency where the border is near. None: at sea or abroad.
    Or those of these codes; a village's code names its district.
    """
    if code is not None:
        known = (_search().of(each) or _search().of(each[:DISTRICT_LENGTH]) for each in dict.fromkeys(code))
        return {"regions": [each._asdict() for each in dict.fromkeys(known) if each is not None]}
    if (lat is None) != (lon is None):
        raise InvalidField(field="lat" if lat is None else "lon", why="lat and lon belong together")
    if lat is not None and lon is not None:
        return {"regions": _around(lat, lon)}
    return {"regions": [each._asdict() for each in regions_named(name)]}


def regions_named(text: str) -> list[NamedRegion]:
    """Regencies, cities and districts whose names hold words that begin with those of `text`."""
    return _search().find(text, REGIONS_FOUND)


def _around(lat: float, lon: float) -> list[dict[str, Any]]:
    found = _centroids().near(lat, lon)
    sure = found[:1] if found and found[0].score >= SURE_PLACE else found
    return [named._asdict() for each in sure if (named := _search().of(each.code)) is not None]
