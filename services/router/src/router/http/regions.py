"""The endpoint that finds regions by name."""

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query

from chassis.http.access import ANYONE, allow
from chassis.http.web import StrictRoute
from router.geography.search import RegionSearch
from router.http.answers import Regions
from router.lexicon.files import district_data, place_data
from router.settings import REGIONS_FOUND
from schemas.base.limits import NAME

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)


@cache
def _search() -> RegionSearch:
    places = ((code, name) for code, (name, _, _) in place_data().places.items())
    return RegionSearch(places, ((each.code, each.name) for each in district_data()))


@router.get("/regions", dependencies=[allow(ANYONE)], responses={200: {"model": Regions}})
async def regions(name: Annotated[str, Query(max_length=NAME)] = "") -> dict[str, Any]:
    """Regencies, cities and districts whose names hold words that begin with those given."""
    return {"regions": [each._asdict() for each in _search().find(name, REGIONS_FOUND)]}
