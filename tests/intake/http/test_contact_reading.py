"""Reading who complained: only for the body that holds the complaint, and told to the reporter."""

from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from intake.context import Intake
from schemas.base.values import Basis
from schemas.events.intake import ContactRead
from schemas.events.registry import AgencyRegistered, Unit
from schemas.events.router import ComplaintClassified, ComplaintJoined, ComplaintRouted, ComplaintSplit, Part
from support.inbox import CITY, PLN, T0, keep_registry
from support.lives import answered, part_of, routed, write
from support.signed_in import role

SEED = UUID(int=79)
PERSON = {"name": "Siti Kenari", "email": "kenari@contoh.id", "phone": "+62 812 0000 1111"}
WHY = "Menanyakan letak tiang"
UNKNOWN = UUID(int=5)
BASIS = Basis(registry_version=0, rules="test")


async def filed(web: httpx.AsyncClient, name: str = "a", **more: object) -> dict[str, Any]:
    answer = await web.post("/api/v1/complaints", json={"text": "Lampu padam", **more}, headers=key(name))
    body: dict[str, Any] = answer.json()
    return body


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(SEED, name))}


async def read(
    web: httpx.AsyncClient, complaint: object, *roles: str, name: str = "r", reason: str | None = WHY, **headers: str
) -> httpx.Response:
    body = {} if reason is None else {"reason": reason}
    return await web.post(
        f"/api/v1/persons/{complaint}/readings", json=body, headers=key(name) | role(*roles) | headers
    )


@pytest.fixture
async def held(web: httpx.AsyncClient, intake: Intake) -> dict[str, Any]:
    """A complaint that the city holds, as its reporter got it."""
    await keep_registry(intake.repository.store, intake.repository)
    body = await filed(web, reporter=PERSON)
    await write(intake.repository, UUID(body["id"]), routed())
    return body


async def facts(intake: Intake, complaint: str) -> list[ContactRead]:
    loaded = await intake.repository.load(UUID(complaint))
    return [one.fact for one in loaded.facts() if isinstance(one.fact, ContactRead)]


async def test_the_holder_reads_it_and_the_reporter_sees_which_body_when_and_why_but_not_who(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    answer = await read(web, held["id"], f"officer:{CITY}")

    assert (answer.status_code, answer.json()) == (200, PERSON)
    assert answer.headers["cache-control"] == "no-store"
    story = (await web.get(f"/api/v1/complaints/{held['tracking_code']}?lang=en")).json()
    last = story["timeline"][-1]
    assert (last["type"], last["at"]) == ("ContactRead", "2026-03-02T03:00:00Z")
    assert last["sentence"] == f"Kota Bandung looked at the reporter's name and contacts: “{WHY}”."
    assert "officer" not in str(story)


async def test_the_reason_is_sealed_and_no_contact_is_in_the_fact(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    await read(web, held["id"], f"officer:{CITY}")
    stored = (await intake.repository.load(UUID(held["id"]))).recorded[-1]
    assert WHY.encode() not in stored.data
    assert not any(part.encode() in stored.data + stored.metadata for part in PERSON.values())


@pytest.mark.parametrize(
    "roles",
    [("officer:pln",), ("agency:pln",), (f"officer:{CITY}/jalan",), (f"inspectorate:{CITY}",), ("inspectorate",)],
)
async def test_a_complaint_of_another_body_and_an_unknown_one_get_the_same_404(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any], roles: tuple[str, ...]
) -> None:
    foreign, unknown = await read(web, held["id"], *roles), await read(web, UNKNOWN, *roles)
    stale = await read(web, held["id"], *roles, name="s", **{"If-Match": '"99"'})

    said = unknown.json() | {"complaint": held["id"]}
    assert (foreign.status_code, foreign.json()) == (404, said)
    assert stale.json() == said
    assert await facts(intake, held["id"]) == []


@pytest.mark.parametrize("roles", ["operator", "analyst", "triage", "arbiter", "gateway:sms"])
async def test_roles_that_hold_nothing_are_told_of_no_complaint(
    web: httpx.AsyncClient, held: dict[str, Any], roles: str
) -> None:
    for complaint in (held["id"], UNKNOWN):
        assert (await read(web, complaint, roles)).status_code == 404


async def test_nobody_reads_it_without_signing_in_or_without_a_reason(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    path = f"/api/v1/persons/{held['id']}/readings"
    assert (await web.post(path, json={"reason": WHY}, headers=key("x"), auth=None)).status_code == 401
    for reason in (None, "", "   ", "\u200b"):
        refused = await read(web, held["id"], f"officer:{CITY}", reason=reason)
        assert (refused.status_code, refused.json()["field"]) == (422, "reason")
    assert (await web.get(f"/api/v1/persons/{held['id']}?agency={CITY}")).status_code == 404
    assert await facts(intake, held["id"]) == []


async def test_a_unit_reads_what_the_unit_holds(web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]) -> None:
    await write(intake.repository, UUID(held["id"]), routed().model_copy(update={"unit": "jalan"}))
    assert (await read(web, held["id"], f"officer:{CITY}/taman")).status_code == 404
    assert (await read(web, held["id"], f"unit-head:{CITY}/jalan")).json() == PERSON
    assert (await read(web, held["id"], f"agency:{CITY}", name="s")).json() == PERSON


async def test_a_repeat_is_one_reading_and_another_reason_under_its_key_is_refused(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    first = await read(web, held["id"], f"officer:{CITY}")
    again = await read(web, held["id"], f"officer:{CITY}")
    other = await read(web, held["id"], f"officer:{CITY}", reason="Lain")

    assert (first.json(), again.json(), again.headers["idempotent-replayed"]) == (PERSON, PERSON, "true")
    assert (other.status_code, other.json()["code"]) == (422, "request-differs")
    assert len(await facts(intake, held["id"])) == 1


async def test_the_key_of_one_person_is_not_that_of_another(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    await read(web, held["id"], f"officer:{CITY}")
    await read(web, held["id"], f"agency:{CITY}")
    assert len(await facts(intake, held["id"])) == 2


async def test_a_repeat_after_it_was_handed_on_is_refused(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    await read(web, held["id"], f"officer:{CITY}")
    await write(intake.repository, UUID(held["id"]), routed(agency=PLN))
    assert (await read(web, held["id"], f"officer:{CITY}")).status_code == 404


async def test_if_match_names_the_version_that_the_case_file_shows(
    web: httpx.AsyncClient, held: dict[str, Any]
) -> None:
    stale = await read(web, held["id"], f"officer:{CITY}", **{"If-Match": '"0"'})
    fresh = await read(web, held["id"], f"officer:{CITY}", **{"If-Match": '"1"'})
    assert (stale.status_code, fresh.status_code) == (412, 200)


async def test_an_anonymous_reporter_and_one_without_a_contact_stay_unknown(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    for name, more, status in (("b", {"reporter": PERSON, "anonymous": True}, 403), ("c", {}, 404)):
        body = await filed(web, name, **more)
        await write(intake.repository, UUID(body["id"]), routed())
        assert (await read(web, body["id"], f"officer:{CITY}")).status_code == status
        assert await facts(intake, body["id"]) == []


async def test_nothing_is_read_after_an_erasure(web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]) -> None:
    await read(web, held["id"], f"officer:{CITY}")
    await web.post(f"/api/v1/complaints/{held['tracking_code']}/erasure", headers=key("e"))
    for name in ("r", "s"):
        assert (await read(web, held["id"], f"officer:{CITY}", name=name)).status_code in {404, 410}
    story = (await web.get(f"/api/v1/complaints/{held['tracking_code']}?lang=en")).json()
    assert WHY not in str(story)


async def test_a_closed_complaint_has_no_holder(web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]) -> None:
    await write(intake.repository, UUID(held["id"]), answered())
    await web.post(f"/api/v1/complaints/{held['tracking_code']}/confirmation", json={}, headers=key("c"))
    assert (await read(web, held["id"], f"officer:{CITY}")).status_code == 404


async def test_the_body_with_a_part_reads_the_reporter_of_the_whole_who_sees_it(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    whole, part = UUID(held["id"]), uuid5(SEED, "part")
    await write(intake.repository, whole, ComplaintSplit(at=T0, parts=(Part(id=part, agency=PLN),)))
    await write(intake.repository, part, part_of(whole), routed(agency=PLN))

    assert (await read(web, whole, "officer:pln")).status_code == 404
    assert (await read(web, part, "officer:pln", **{"If-Match": '"9"'})).status_code == 412
    assert (await read(web, part, "officer:pln", **{"If-Match": '"1"'})).json() == PERSON
    assert [(one.agency, one.part) for one in await facts(intake, held["id"])] == [(PLN, part)]
    assert await facts(intake, str(part)) == []


async def test_who_holds_the_lead_reads_the_reporter_of_what_follows_it(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    follower = await filed(web, "f", reporter=PERSON)
    await write(intake.repository, UUID(follower["id"]), ComplaintJoined(at=T0, lead=UUID(held["id"])))
    assert (await read(web, follower["id"], f"officer:{CITY}")).json() == PERSON
    assert (await read(web, follower["id"], "officer:pln")).status_code == 404


async def test_suspected_misconduct_is_for_the_inspectorate_that_holds_it(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    units = (Unit(id="inspektorat", name="Inspektorat"), Unit(id="jalan", name="Jalan"))
    province = AgencyRegistered(
        at=T0, agency="provinsi-jabar", name="Jawa Barat", kind="province", level="province", region="32", units=units
    )
    await keep_registry(intake.repository.store, intake.repository, province)
    complaint = UUID(held["id"])
    graded = ComplaintClassified(at=T0, **{"class": "complaint"}, supervision=True, confidence=0.9, basis=BASIS)
    placed = ComplaintRouted(
        at=T0, agency="provinsi-jabar", unit="inspektorat", cause="supervision", basis=BASIS, supervision=True
    )
    await write(intake.repository, complaint, graded, placed)

    refused = ("officer:provinsi-jabar", "officer:provinsi-jabar/jalan", f"officer:{CITY}", "inspectorate")
    for number, roles in enumerate(refused):
        assert (await read(web, complaint, roles, name=str(number))).status_code == 404, roles
    both = (f"officer:{CITY}", "inspectorate:provinsi-jabar")
    assert (await read(web, complaint, *both, name="both")).status_code == 404, "works for who may be accused"
    assert (await read(web, complaint, "inspectorate:provinsi-jabar")).json() == PERSON
    assert (await read(web, complaint, "officer:provinsi-jabar/inspektorat", name="u")).json() == PERSON


async def test_who_holds_the_lead_or_a_part_never_reads_the_reporter_who_accuses_them(
    web: httpx.AsyncClient, intake: Intake, held: dict[str, Any]
) -> None:
    follower, whole, part = await filed(web, "f", reporter=PERSON), UUID(held["id"]), uuid5(SEED, "part")
    await write(intake.repository, UUID(follower["id"]), accusing(CITY), ComplaintJoined(at=T0, lead=whole))
    await write(intake.repository, whole, ComplaintSplit(at=T0, parts=(Part(id=part, agency=PLN),)))
    await write(intake.repository, part, part_of(whole), routed(agency=PLN))
    await write(intake.repository, whole, accusing(PLN))
    for complaint, roles in ((follower["id"], f"officer:{CITY}"), (part, "officer:pln")):
        answer, unknown = await read(web, complaint, roles), await read(web, UNKNOWN, roles)
        assert (answer.status_code, answer.text.replace(str(complaint), str(UNKNOWN))) == (404, unknown.text)
    assert not await facts(intake, held["id"])


def accusing(*accused: str) -> ComplaintClassified:
    body = {"at": T0, "class": "complaint", "supervision": True, "accused": accused, "basis": BASIS}
    return ComplaintClassified.model_validate(body)
