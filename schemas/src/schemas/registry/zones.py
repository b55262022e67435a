"""Indonesia's three time zones by region (Presidential Decree 41 of 1987, for the provinces of today). Pure."""

from typing import Final

from schemas.registry.calendars import DEFAULT_ZONE

EAST: Final = {
    "Asia/Makassar": ("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"),
    "Asia/Jayapura": ("81", "82", "91", "92", "93", "94", "95", "96"),
}
"""Provinces by zone; all others are in that of Jakarta."""
_ZONES: Final = {province: zone for zone, provinces in EAST.items() for province in provinces}


def zone_of_region(region: str | None) -> str:
    """The IANA name of the zone of a region's code, such as `91.71`; that of Jakarta where nobody said a region."""
    return _ZONES.get((region or "")[:2], DEFAULT_ZONE)
