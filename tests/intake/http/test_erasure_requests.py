"""An erasure is carried out at once, save while suspected misconduct is examined."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from intake.context import Intake
from intake.reaction import follow_up
from schemas.base.values import Basis, Clock
from schemas.deadlines.actions import pending
from schemas.events.agency_inbox import ResponseGiven
from schemas.events.escalation import ComplaintLapsed
from schemas.events.registry import AgencyRegistered, Unit
from schemas.events.router import ComplaintClassified, ComplaintRouted
from support.inbox import CITY, T0, keep_registry
from support.lives import write
from support.signed_in import role

SEED = UUID(int=81)
PERSON = {"name": "Siti Kenari", "email": "kenari@contoh.id"}
BASIS = Basis(registry_version=0, rules="test")
PROVINCE = "provinsi-jabar"
INSPECTOR = f"inspectorate:{PROVINCE}"
GRADED = ComplaintClassified(at=T0, **{"class": "complaint"}, supervision=True, basis=BASIS)
PLACED = ComplaintRouted(at=T0, agency=PROVINCE, unit="inspektorat", cause="supervision", basis=BASIS)


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(SEED, name))}


@pytest.fixture
async def examined(web: httpx.AsyncClient, intake: Intake) -> dict[str, Any]:
    """A complaint of suspected misconduct that an inspectorate examines."""
    units = (Unit(id="inspektorat", name="Inspektorat"),)
    province = AgencyRegistered(
        at=T0, agency=PROVINCE, name="Jawa Barat", kind="province", level="province", region="32", units=units
    )
    await keep_registry(intake.repository.store, intake.repository)
    await keep_registry(intake.repository.store, intake.repository, province)
    answer = await web.post("/api/v1/complaints", json={"text": "Pungli", "reporter": PERSON}, headers=key("a"))
    body: dict[str, Any] = answer.json()
    await write(intake.repository, UUID(body["id"]), GRADED, PLACED)
    return body


async def ask(web: httpx.AsyncClient, filed: dict[str, Any], name: str = "e") -> dict[str, Any]:
    answer = await web.post(f"/api/v1/complaints/{filed['tracking_code']}/erasure?lang=en", headers=key(name))
    assert answer.status_code == 200
    page: dict[str, Any] = answer.json()
    return page


async def decide(
    web: httpx.AsyncClient, filed: dict[str, Any], decision: str, who: str = INSPECTOR, name: str = "d"
) -> httpx.Response:
    body = {"decision": decision, "reason": "Saksi belum didengar"}
    return await web.post(f"/api/v1/persons/{filed['id']}/erasure", json=body, headers=key(name) | role(who))


async def types(intake: Intake, filed: dict[str, Any]) -> list[str]:
    return [event.type for event in (await intake.repository.load(UUID(filed["id"]))).recorded]


async def react(intake: Intake, filed: dict[str, Any]) -> None:
    await follow_up(intake)([await intake.repository.load(UUID(filed["id"]))])


async def test_a_request_during_an_examination_waits_for_the_examining_body_with_a_date(
    web: httpx.AsyncClient, intake: Intake, examined: dict[str, Any]
) -> None:
    page = await ask(web, examined)

    assert (page["erased"], page["status"]) == (False, "routed")
    assert page["timeline"][-1]["type"] == "ErasureRequested"
    [due] = [each for each in page["due"] if each["clock"] == "erasure"]
    assert due["due_at"] == "2026-03-05T03:00:00Z", "three days later"
    state = (await intake.repository.load(UUID(examined["id"]))).state
    actions = pending(state, await intake.registry.current(), intake.policies)
    [action] = [each for each in actions if each.clock is Clock.ERASURE]
    assert (action.what, action.clock_due_at - T0, action.holder.agency) == ("remind", timedelta(days=3), PROVINCE)


async def test_asking_twice_is_one_request_and_the_contact_is_not_read_meanwhile(
    web: httpx.AsyncClient, intake: Intake, examined: dict[str, Any]
) -> None:
    await ask(web, examined)
    await ask(web, examined)
    await ask(web, examined, "f")
    assert (await types(intake, examined)).count("ErasureRequested") == 1
    path = f"/api/v1/persons/{examined['id']}/readings"
    refused = await web.post(path, json={"reason": "Bertanya"}, headers=key("r") | role(INSPECTOR))
    assert (refused.status_code, refused.json()["code"]) == (403, "no-permission")


async def test_the_body_may_erase_at_once(web: httpx.AsyncClient, intake: Intake, examined: dict[str, Any]) -> None:
    await ask(web, examined)
    assert (await decide(web, examined, "erase")).json() == {"complaint": examined["id"], "decision": "erase"}
    loaded = await intake.repository.load(UUID(examined["id"]))
    assert (loaded.state.erased, loaded.state.closed, dict(loaded.keys.generations)) == (True, "erased", {})
    assert not await intake.vault.complaints_among([UUID(examined["id"])])


async def test_a_refusal_tells_the_reporter_who_keeps_it_and_why(
    web: httpx.AsyncClient, intake: Intake, examined: dict[str, Any]
) -> None:
    await ask(web, examined)
    assert (await decide(web, examined, "keep")).status_code == 200
    page = (await web.get(f"/api/v1/complaints/{examined['tracking_code']}?lang=en")).json()
    said = page["timeline"][-1]["sentence"]
    assert said.startswith("Jawa Barat keeps the data while the examination goes on: “Saksi belum didengar”.")
    assert not [each for each in page["due"] if each["clock"] == "erasure"]
    assert (await decide(web, examined, "keep", name="again")).status_code == 409
    assert (await ask(web, examined, "later"))["timeline"][-1]["type"] == "ErasureRequested"


@pytest.mark.parametrize("who", [f"officer:{CITY}", f"officer:{PROVINCE}", "inspectorate", "operator", "triage"])
async def test_nobody_else_decides(web: httpx.AsyncClient, intake: Intake, examined: dict[str, Any], who: str) -> None:
    await ask(web, examined)
    assert (await decide(web, examined, "erase", who)).status_code == 404
    assert (await types(intake, examined))[-1] == "ErasureRequested"


async def test_there_is_nothing_to_decide_without_a_request(web: httpx.AsyncClient, examined: dict[str, Any]) -> None:
    assert (await decide(web, examined, "erase")).status_code == 409


@pytest.mark.parametrize("decision", [None, "keep"])
async def test_what_was_kept_is_erased_when_the_examination_ends(
    web: httpx.AsyncClient, intake: Intake, examined: dict[str, Any], decision: str | None
) -> None:
    await ask(web, examined)
    if decision:
        await decide(web, examined, decision)
    await react(intake, examined)
    assert "PersonalDataErased" not in await types(intake, examined)

    answer = ResponseGiven(at=T0, agency=PROVINCE, text="Pemeriksaan selesai dan pegawai diberi sanksi.")
    await write(intake.repository, UUID(examined["id"]), answer, ComplaintLapsed(at=T0, cause="silence"))
    for _ in range(2):
        await react(intake, examined)
    assert (await types(intake, examined)).count("PersonalDataErased") == 1
    assert not await intake.vault.complaints_among([UUID(examined["id"])])


async def test_it_is_erased_when_there_was_no_misconduct_after_all(
    web: httpx.AsyncClient, intake: Intake, examined: dict[str, Any]
) -> None:
    await ask(web, examined)
    state = (await intake.repository.load(UUID(examined["id"]))).state
    assert state.supervision
    await write(intake.repository, UUID(examined["id"]), GRADED.model_copy(update={"supervision": False}))
    await react(intake, examined)
    state = (await intake.repository.load(UUID(examined["id"]))).state
    assert (state.erased, state.closed) == (True, "erased")


async def test_at_any_other_time_it_is_erased_at_once(web: httpx.AsyncClient, intake: Intake) -> None:
    await keep_registry(intake.repository.store, intake.repository)
    answer = await web.post("/api/v1/complaints", json={"text": "Pungli", "reporter": PERSON}, headers=key("b"))
    await write(intake.repository, UUID(answer.json()["id"]), GRADED)
    assert (await ask(web, answer.json()))["erased"] is True, "nobody examines it yet"
