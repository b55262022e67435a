"""The books count every complaint exactly once."""

from typing import Any

import httpx

from reporting.context import Reporting
from schemas.events.router import ComplaintClassified
from support.broker import until
from support.inbox import T0
from support.lives import BASIS, answered, confirmed, filed, joined, lapsed, named, part_of, routed, write
from support.signed_in import role


async def test_each_complaint_is_open_with_one_holder_or_joined_or_closed_for_a_reason(
    reporting: Reporting, web: httpx.AsyncClient
) -> None:
    repository = reporting.repository
    await write(repository, named("new"), filed(1))
    await write(repository, named("held"), filed(2), routed())
    await write(repository, named("said"), filed(3), routed(), answered(), confirmed())
    await write(repository, named("silent"), filed(4), routed(), answered(), lapsed())
    await write(repository, named("follower"), filed(5), joined(named("held")))
    await write(repository, named("late follower"), filed(6), joined(named("said")))

    books = (await web.get("/api/v1/books")).json()

    assert books["filed"] == 6
    assert books["open"] == {"agency:kota-bandung": 1, "router": 1}
    assert books["joined"] == {"to_open_lead": 1, "to_closed_lead": 1}
    assert books["closed"] == {"confirmed": 1, "silence": 1}, "silence is never added to the reporter's word"
    assert books["balanced"] is True


async def test_a_chain_of_joined_complaints_is_counted_by_its_root(
    reporting: Reporting, web: httpx.AsyncClient
) -> None:
    repository = reporting.repository
    await write(repository, named("root"), filed(1), routed(), answered(), confirmed())
    await write(repository, named("middle"), filed(2), joined(named("root")))
    await write(repository, named("last"), filed(3), joined(named("middle")))

    books = (await web.get("/api/v1/books")).json()

    assert (books["joined"], books["balanced"]) == ({"to_open_lead": 0, "to_closed_lead": 2}, True)


async def test_parts_are_counted_apart(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await write(reporting.repository, named("whole"), filed(1), routed())
    await write(reporting.repository, named("part"), part_of(named("whole")), routed(4))

    books = (await web.get("/api/v1/books")).json()

    assert (books["filed"], books["parts"]) == (1, {"open": 1, "closed": 0})


async def test_the_books_name_a_position_that_grows(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await write(reporting.repository, named("a"), filed(1))
    before = (await web.get("/api/v1/books")).json()
    await write(reporting.repository, named("a"), routed())
    after = (await web.get("/api/v1/books")).json()

    assert int(after["position"]) > int(before["position"])
    assert (before["open"], after["open"]) == ({"router": 1}, {"agency:kota-bandung": 1})


async def test_two_projections_of_the_same_books_do_no_harm(reporting: Reporting, web: httpx.AsyncClient) -> None:
    import asyncio

    for index in range(1, 30):
        await write(reporting.repository, named(f"c{index}"), filed(index), routed())
    await asyncio.gather(*(reporting.figures.catch_up() for _ in range(5)))

    assert (await web.get("/api/v1/books")).json()["open"] == {"agency:kota-bandung": 29}


async def test_what_the_public_may_not_see_is_counted_under_no_agency_region_or_sector(
    reporting: Reporting, web: httpx.AsyncClient
) -> None:
    read = {
        "at": T0,
        "class": "complaint",
        "supervision": True,
        "accused": ("pln",),
        "sector": "health",
        "basis": BASIS,
    }
    graded = ComplaintClassified.model_validate(read)
    await write(reporting.repository, named("plain"), filed(2), routed())
    before = await _all_figures(web)
    await write(reporting.repository, named("graded"), filed(1), graded, routed())
    await write(reporting.repository, named("secret"), filed(3, secret=True), routed(agency="pln"))
    books = (await web.get("/api/v1/books")).json()
    assert (books["filed"], books["balanced"]) == (3, True)
    assert books["open"] == {"agency:kota-bandung": 1, "not_public": 2}
    for by in ("agency", "region", "sector", "status", "class"):
        counts = (await web.get(f"/api/v1/counts?by={by}")).json()["counts"]
        assert sum(each["count"] for each in counts) == 3
        unsaid = sum(each["count"] for each in counts if each["key"] is None)
        assert (unsaid, by) == (2 if by in ("agency", "region", "sector") else 0, by)
    assert await _all_figures(web) == before, "a difference would say where they are"
    for who in ({}, role("operator"), role("analyst"), role("officer:pln")):
        assert (await web.get("/api/v1/books", headers=who)).json() == books, (
            "a difference would tell the accused agency"
        )


async def _all_figures(web: httpx.AsyncClient) -> dict[str, object]:
    """Every number that names a body, a region or a field."""
    found: dict[str, object] = {}
    for by in ("agency", "region", "sector"):
        counts = (await web.get(f"/api/v1/counts?by={by}")).json()["counts"]
        found[by] = [each for each in counts if each["key"] is not None]
    books = (await web.get("/api/v1/books")).json()["open"]
    return {**found, "books": {holder: n for holder, n in books.items() if holder.startswith("agency:")}}


async def test_figures_say_how_far_they_are_behind(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await write(reporting.repository, named("a"), filed(1))
    now = (await web.get("/api/v1/books")).json()
    assert now["behind"] == {"seconds": 0, "events": 0}
    reporting.figures.refresh = _asleep  # type: ignore[method-assign]
    await write(reporting.repository, named("b"), filed(2), routed())
    for path in ("/api/v1/books", "/api/v1/counts?by=status"):
        late = await until(lambda path=path: _two_behind(web, path))  # type: ignore[misc]
        assert late["position"] == now["position"]
        assert late["behind"]["seconds"] > 0


async def _two_behind(web: httpx.AsyncClient, path: str) -> dict[str, Any] | None:
    found: dict[str, Any] = (await web.get(path)).json()
    return found if found["behind"]["events"] == 2 else None


async def _asleep(_within_s: float) -> None:
    """A read model that does not move."""
