"""What the desk and the arbiter may read and move, and that nothing tells what they may not."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from schemas.base.ids import derived_id
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated
from schemas.events.registry import AgencyRegistered
from schemas.events.router import ArbitrationOpened, ComplaintClassified
from support.inbox import BASIS
from support.placing import CITY, PROVINCE, T0, Country, filed, referred, returned, routed
from support.signed_in import role

ONE, TWO, MISSING = UUID(int=101), UUID(int=102), UUID(int=103)
TIES = (f"officer:{CITY}", f"officer:{CITY}/pu", f"agency:{CITY}", f"inspectorate:{CITY}", "officer:pdam")


def accusing(*accused: str) -> ComplaintClassified:
    body = {"at": T0, "class": "complaint", "supervision": True, "accused": accused, "basis": BASIS}
    return ComplaintClassified.model_validate(body)


async def add(land: Country, complaint: UUID, *facts: Fact, **flags: bool) -> None:
    await land.add(complaint, filed("Mohon bantuannya", **flags), *facts)


async def get(web: httpx.AsyncClient, path: str, *roles: str) -> httpx.Response:
    return await web.get(f"/api/v1{path}", headers=role(*roles))


async def post(web: httpx.AsyncClient, path: str, *roles: str, **body: Any) -> httpx.Response:
    headers = {"Idempotency-Key": str(derived_id(path)), **role(*roles)}
    return await web.post(f"/api/v1{path}", json=body, headers=headers)


async def is_as_missing(web: httpx.AsyncClient, path: str, complaint: UUID, *roles: str, **body: Any) -> bool:
    """Whether the answer about this complaint is the one about a complaint that does not exist."""
    ask = post if body or path.count("/") > 2 else get
    told, missing = [
        await ask(web, path.format(each), *roles, **body)  # type: ignore[operator]
        for each in (complaint, MISSING)
    ]
    return told.status_code == 404 and told.text.replace(str(complaint), str(MISSING)) == missing.text


OPENED = ArbitrationOpened(at=T0, reason="desk")
CLIMBED = ComplaintEscalated(at=T0, cause="deadline", rung=3)


@pytest.mark.parametrize("facts", [(routed(CITY),), (referred(), OPENED)])
async def test_a_complaint_that_is_placed_or_contested_is_not_the_desks(
    web: httpx.AsyncClient, land: Country, facts: tuple[Fact, ...]
) -> None:
    await add(land, ONE, *facts, secret=True)
    assert await is_as_missing(web, "/triage/{}", ONE, "triage")


@pytest.mark.parametrize(
    ("move", "body"),
    [
        ("placement", {"agency": CITY}),
        ("question", {"question": "Di mana?"}),
        ("restatement", {"text": "Jalan"}),
        ("join", {"lead": str(TWO)}),
        ("unjoin", {}),
        ("split", {"lead": {"agency": CITY}, "parts": [{"agency": "pln"}]}),
        ("arbitration", {}),
        ("archive", {"reason": "content", "note": "x"}),
    ],
)
async def test_no_move_of_the_desk_tells_of_a_hidden_complaint_that_it_never_had(
    web: httpx.AsyncClient, land: Country, move: str, body: dict[str, Any]
) -> None:
    await add(land, ONE, routed(CITY), secret=True)
    assert await is_as_missing(web, f"/triage/{{}}/{move}", ONE, "triage", **body)


async def test_the_desk_may_repeat_what_took_the_complaint_from_it(web: httpx.AsyncClient, land: Country) -> None:
    await add(land, ONE, referred(), secret=True)
    first, again = [await post(web, f"/triage/{ONE}/placement", "triage", agency=CITY) for _ in range(2)]
    assert (first.status_code, first.json()["holder"]) == (200, f"agency:{CITY}")
    assert first.text == again.text
    assert await is_as_missing(web, "/triage/{}/archive", ONE, "triage", reason="content", note="x")


async def test_a_hidden_lead_is_answered_as_a_missing_one(web: httpx.AsyncClient, land: Country) -> None:
    await add(land, TWO, routed(CITY), secret=True)
    await add(land, ONE, referred())
    hidden = await post(web, f"/triage/{ONE}/join", "triage", lead=str(TWO))
    missing = await post(web, f"/triage/{ONE}/join", "triage", lead=str(MISSING))
    assert (hidden.status_code, hidden.text) == (409, missing.text)


@pytest.mark.parametrize(
    ("facts", "status"),
    [((referred(), OPENED), 200), ((routed(CITY), returned(CITY)), 200), ((routed(CITY), CLIMBED), 200),
     ((routed(CITY),), 404), ((referred(),), 404)],
)  # fmt: skip
async def test_the_arbiter_reads_what_is_contested_or_has_climbed(
    web: httpx.AsyncClient, land: Country, facts: tuple[Fact, ...], status: int
) -> None:
    await add(land, ONE, *facts, secret=True)
    assert (await get(web, f"/arbitration/{ONE}", "arbiter")).status_code == status
    if status != 200:
        assert await is_as_missing(web, "/arbitration/{}", ONE, "arbiter")
        assert await is_as_missing(web, "/arbitration/{}/decision", ONE, "arbiter", agency=CITY, reason="x")


@pytest.mark.parametrize("tie", TIES)
@pytest.mark.parametrize("place", ["triage", "arbitration"])
async def test_whoever_works_for_the_accused_agency_finds_it_in_no_list_total_or_case_file_and_cannot_move_it(
    web: httpx.AsyncClient, land: Country, tie: str, place: str
) -> None:
    below = AgencyRegistered(
        at=T0, agency="pdam", name="PDAM", kind="regional-enterprise", level="regency", parent=CITY
    )
    await land.decree(below)
    opened = () if place == "triage" else (OPENED,)
    await add(land, ONE, accusing(CITY), referred(), *opened)
    await add(land, TWO, referred(), *opened)
    me = "triage" if place == "triage" else "arbiter"
    everything, mine = [(await get(web, f"/{place}", *roles)).json() for roles in ((me,), (me, tie))]
    assert (everything["total"], {each["id"] for each in everything["complaints"]}) == (2, {str(ONE), str(TWO)})
    assert (mine["total"], [each["id"] for each in mine["complaints"]]) == (1, [str(TWO)])
    assert (await get(web, f"/{place}/{ONE}", me)).status_code == 200
    assert await is_as_missing(web, f"/{place}/{{}}", ONE, me, tie)
    move, body = (
        ("archive", {"reason": "content", "note": "x"})
        if place == "triage"
        else ("decision", {"agency": PROVINCE, "reason": "x"})
    )
    assert await is_as_missing(web, f"/{place}/{{}}/{move}", ONE, me, tie, **body)


@pytest.mark.parametrize(
    ("path", "me", "body", "facts"),
    [
        ("/triage/{}/placement", "triage", {"agency": CITY}, ()),
        ("/triage/{}/split", "triage", {"lead": {"agency": CITY}, "parts": [{"agency": "pln"}]}, ()),
        ("/triage/{}/split", "triage", {"lead": {"agency": PROVINCE}, "parts": [{"agency": CITY}]}, ()),
        ("/arbitration/{}/decision", "arbiter", {"agency": CITY, "reason": "x"}, (OPENED,)),
    ],
)
async def test_nobody_can_give_it_to_the_accused_agency(
    web: httpx.AsyncClient, land: Country, path: str, me: str, body: dict[str, Any], facts: tuple[Fact, ...]
) -> None:
    await add(land, ONE, accusing(CITY), referred(), *facts)
    answer = await post(web, path.format(ONE), me, **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-field"), answer.text
    assert (
        "accuses"
        in (
            await web.post(
                f"/api/v1{path.format(ONE)}?lang=en", json=body, headers={"Idempotency-Key": str(ONE), **role(me)}
            )
        ).json()["why"]
    )
