"""The picture on which a reporter marks a place. Its address holds a position, so nobody keeps it but the browser."""

from dataclasses import replace
from functools import cache
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from chassis.http.access import ANYONE, allow
from chassis.pages.map import UNIT, Frame, frame_around
from router.geography.picture import DISTRICTS_UP_TO, PROVINCES_FROM, RATIO, SIZES, Label, picture
from router.lexicon.files import district_data, place_data
from schemas.base.refusals import InvalidField

KEPT: Final = {"cache-control": "private, max-age=3600"}
NARROWEST, WIDEST = 0.05, 60.0
router: Final = APIRouter(include_in_schema=False)
Latitude = Annotated[float, Query(ge=-90, le=90)]
Longitude = Annotated[float, Query(ge=-180, le=180)]


@router.get("/peta.svg", dependencies=[allow(replace(ANYONE, page=True))])
async def region_picture(
    lat: Latitude,
    lon: Longitude,
    width: Annotated[float, Query(ge=NARROWEST, le=WIDEST, description="degrees")],
    size: Annotated[int, Query(description="pixels")] = SIZES[0],
    pin: str = "",
) -> Response:
    """A part of the country around a position. `pin`: latitude and longitude with a comma between."""
    if size not in SIZES:
        raise InvalidField(field="size", why=f"must be one of {', '.join(map(str, SIZES))}")
    frame = frame_around(lat, lon, width, RATIO)
    drawn = picture(frame, size, _labels(frame), _position(pin))
    return Response(drawn, media_type="image/svg+xml", headers=KEPT)


def _position(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidField(field="pin", why="lat and lon belong together") from error
    return lat, lon


def _labels(frame: Frame) -> list[Label]:
    wide = frame.width / UNIT
    shown = [*_of_provinces()] if wide >= PROVINCES_FROM else [*_of_regencies()]
    shown += _of_districts() if wide <= DISTRICTS_UP_TO else ()
    return [label for label in shown if frame.contains(label.lat, label.lon)]


@cache
def _of_provinces() -> tuple[Label, ...]:
    places = place_data().places
    return tuple(Label(name, lat, lon) for code, (name, lat, lon) in places.items() if len(code) == len("32"))


@cache
def _of_regencies() -> tuple[Label, ...]:
    """Cities by their whole name, regencies without their title, as on maps."""
    places = place_data().places
    return tuple(
        Label(name.removeprefix("Kabupaten "), lat, lon)
        for code, (name, lat, lon) in places.items()
        if len(code) > len("32")
    )


@cache
def _of_districts() -> tuple[Label, ...]:
    return tuple(Label(each.name, each.lat, each.lon) for each in district_data())
