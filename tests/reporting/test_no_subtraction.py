"""No combination of public figures by body, region or field changes by reports that the public may not see, so none can
be found by subtraction.
"""

from datetime import timedelta
from random import Random
from typing import Any, cast

import httpx
import pytest

from chassis.base.clock import FixedClock
from reporting.app import open_data_projection
from reporting.context import Reporting
from reporting.open_data.files import make_files
from reporting.statistics.figures import FIGURES
from schemas.base.values import Place
from schemas.events.agency_inbox import ComplaintReturned
from schemas.events.base import Fact
from schemas.events.intake import ComplaintWithdrawn
from schemas.events.router import ComplaintClassified
from support.figures import fill, newest
from support.inbox import CITY, PLN, ROADS, T0
from support.lives import BASIS, answered, classified, confirmed, filed, lapsed, named, routed, write

FILTERS: list[dict[str, str]] = [
    {}, {"agency": CITY}, {"agency": PLN}, {"region": "32"}, {"region": "32.73"}, {"agency": CITY, "region": "32.73"},
    {"from": "2026-03-01", "to": "2026-03-05", "step": "week"},
]  # fmt: skip
BY = ("agency", "region", "sector")


async def public(reporting: Reporting, web: httpx.AsyncClient) -> dict[str, Any]:
    """Everything that the public reads by body, region or field."""
    await reporting.figures.catch_up()
    await open_data_projection(reporting).catch_up()
    while await reporting.database.run(make_files):
        pass
    told: dict[str, Any] = {}
    for name in FIGURES:
        for filters in FILTERS:
            body = (await web.get(f"/api/v1/statistics/{name}", params=filters)).raise_for_status().json()
            told[f"{name} {filters}"] = body["rows"], body["totals"], body["data"]["sha256"]
            table = await web.get(f"/api/v1/statistics/{name}/csv", params=filters)
            told[f"{name}.csv {filters}"] = table.raise_for_status().text
    for by in BY:
        rows = (await web.get("/api/v1/counts", params={"by": by})).raise_for_status().json()["counts"]
        told[f"counts {by}"] = [row for row in rows if row["key"] is not None]
    books = (await web.get("/api/v1/books")).raise_for_status().json()
    told["books"] = {holder: n for holder, n in books["open"].items() if holder.startswith("agency:")}
    told["index"] = (await web.get("/api/v1/open-data/SHA256SUMS")).text
    return told


def unseen(random: Random, index: int) -> list[Fact]:
    """A report that the public may not see, of any ending."""
    why, agency = random.choice(["secret", "supervision", "both"]), random.choice([CITY, PLN, ROADS])
    first = filed(index, secret=why != "supervision", place=Place(region=random.choice(["32.73", "31.71.01", "73.71"])))
    body = {"at": T0, "class": "complaint", "supervision": True, "accused": (CITY,), "basis": BASIS}
    read = classified() if why == "secret" else ComplaintClassified.model_validate(body)
    held = [routed(agency=agency)]
    more: list[Fact] = random.choice([
        [], [answered()], [answered(), confirmed()], [answered(), lapsed()],
        [ComplaintReturned(at=T0 + timedelta(hours=2), agency=agency, reason="Bukan wewenang kami")],
        [ComplaintWithdrawn(at=T0 + timedelta(hours=4), cause="reporter")],
    ])  # fmt: skip
    return [first, read, *(held + more if random.random() < 0.8 else [])]


@pytest.mark.parametrize("seed", range(3))
async def test_reports_that_the_public_may_not_see_change_no_figure_by_body_region_or_field(
    reporting: Reporting, web: httpx.AsyncClient, seed: int
) -> None:
    random = Random(seed)
    found = await fill(reporting, random, 60)
    cast(FixedClock, reporting.clock).set(newest(found) + timedelta(hours=30))
    before = await public(reporting, web)
    filed_before = (await web.get("/api/v1/books")).json()["filed"]
    for index in range(900, 912):
        await write(reporting.repository, named(f"unseen {index}"), *unseen(random, index))
    assert await public(reporting, web) == before
    assert (await web.get("/api/v1/books")).json()["filed"] == filed_before + 12, "national totals count them"
