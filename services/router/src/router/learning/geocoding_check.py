"""Checks the gazetteer's coordinates: points spread over the regencies' outlines (GeoJSON) must find their regency."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from router.geography.codes import regency
from router.geography.gazetteer import Gazetteer
from router.learning.examples import BadExamples
from router.learning.metrics import Array
from schemas.base.values import Place

POINTS: Final = 60
"""Points per regency."""
TRIED: Final = 400
"""Random points per regency, of which the first `POINTS` inside its outline are used."""
SEED: Final = 7


def measured(path: Path, gazetteer: Gazetteer) -> dict[str, Any]:
    """Share of points whose best region is right; share decided without candidates, and share right among these.

    Raises:
        BadExamples: not a GeoJSON file of outlines with region codes.
    """
    total, first, alone, right = 0, 0, 0, 0
    for code, lon, lat in _points(path):
        where = gazetteer.find(Place(lat=lat, lon=lon), [])
        best = where.region or next(iter(where.candidates), "")
        total += 1
        first += regency(best) == code
        alone += where.region is not None
        right += where.region is not None and regency(where.region) == code
    return {
        "points": total, "nearest_right": first / total,
        "decided_alone": alone / total, "right_among_decided": right / max(1, alone),
    }  # fmt: skip


def _points(path: Path) -> Iterator[tuple[str, float, float]]:
    random = np.random.default_rng(SEED)
    try:
        outlines = [(each["properties"]["code"], _rings(each["geometry"]))
                    for each in json.loads(path.read_text(encoding="utf-8"))["features"]]  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadExamples(f"{path}: no outlines with a code each ({error!r})") from error
    for code, rings in outlines:
        corners = np.vstack(rings)
        low, high = corners.min(axis=0), corners.max(axis=0)
        tried = np.round(low + random.random((TRIED, 2)) * (high - low), 5)
        for lon, lat in tried[inside(tried, rings)][:POINTS].tolist():
            yield code, lon, lat


def _rings(geometry: dict[str, Any]) -> list[Array]:
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [np.array(ring, float)[:, :2] for part in parts for ring in part]


def inside(points: Array, rings: list[Array]) -> Array:
    """Mask of the points (x, y) inside the rings: a ray from there crosses them an odd number of times."""
    found = np.zeros(len(points), bool)
    x, y = points[:, :1], points[:, 1:]
    for ring in rings:
        (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
        crosses = (y1 > y) != (y2 > y)
        slope = (x2 - x1) / np.where(y2 == y1, 1.0, y2 - y1)
        found ^= (crosses & (x < x1 + (y - y1) * slope)).sum(axis=1) % 2 == 1
    return found
