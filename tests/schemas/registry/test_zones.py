"""The zone in which people of a region read times."""

import tomllib
from importlib.resources import files

import pytest

from schemas.registry.zones import EAST, zone_of_region


@pytest.mark.parametrize(
    ("region", "zone"),
    [
        (None, "Asia/Jakarta"),
        ("", "Asia/Jakarta"),
        ("32.73", "Asia/Jakarta"),
        ("61", "Asia/Jakarta"),
        ("64.72", "Asia/Makassar"),
        ("51.71.01.1001", "Asia/Makassar"),
        ("91.71", "Asia/Jayapura"),
    ],
)
def test_each_region_has_the_zone_of_its_province(region: str | None, zone: str) -> None:
    assert zone_of_region(region) == zone


def test_regions_have_the_zones_of_their_governments() -> None:
    local = tomllib.loads(files("router").joinpath("data", "local.toml").read_text())
    assert {zone: tuple(provinces) for zone, provinces in local["zones"].items()} == EAST
