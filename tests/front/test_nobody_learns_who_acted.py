"""Who gave a command is in the store, and in nothing that leaves it."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID, uuid4  # noqa: TID251 - a client makes its own keys

from chassis.kafka.cloudevents import to_headers
from reporting.export.facts import row_of
from schemas.access.principal import Principal, grants_of
from schemas.base.values import Basis
from schemas.complaint.state import Complaint
from schemas.contract.agency_messages import newest_message
from schemas.contract.open_data import summary
from schemas.events.codec import metadata_of
from schemas.events.router import ComplaintReferred, ComplaintRouted
from schemas.reference.load import policies
from support.front import Front
from support.inbox import CITY, T0
from support.lives import write
from support.signed_in import role

ISSUER, SUBJECT = "https://pengenal.rahasia", "petugas-rahasia"
MARKS: Final = (ISSUER, SUBJECT, "actor")


class Known:
    """An authenticator that knows one person, with the roles that the token lists."""

    async def bearer(self, token: str) -> Principal:
        return Principal(ISSUER, SUBJECT, grants_of(token.split(",")), "Nama Rahasia")


async def acted(front: Front) -> tuple[str, str]:
    """A complaint that desk and agency worked on; its id and tracking code."""
    front.app.state.access = Known()

    async def post(path: str, *roles: str, **body: object) -> None:
        headers = {"Idempotency-Key": str(uuid4()), **role(*roles)}
        answer = await front.web.post(f"/api/v1{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        assert not any(mark in answer.text for mark in MARKS)

    filed = (
        await front.web.post(
            "/api/v1/complaints", json={"text": "Lampu padam"}, headers={"Idempotency-Key": str(uuid4())}
        )
    ).json()
    await write(front.repository, UUID(filed["id"]), ComplaintReferred(at=T0, reason="no_mandate"))
    await post(f"/triage/{filed['id']}/restatement", "triage", text="Lampu jalan padam")
    await post(f"/triage/{filed['id']}/placement", "triage", agency=CITY, note="Sudah dicek")
    await post(f"/agencies/{CITY}/inbox/{filed['id']}/progress", f"officer:{CITY}", text="Sedang diperbaiki")
    await post("/agencies/pln/name", "operator", name="PLN Baru")
    return filed["id"], filed["tracking_code"]


async def test_each_command_names_who_gave_it_and_under_which_role(front: Front) -> None:
    await acted(front)
    page = await front.repository.store.read_all(None, (), 1_000)
    actors = {event.type: metadata_of(event).actor for event in page.events}
    roles = {type_: actor.role for type_, actor in actors.items() if actor is not None and actor.subject == SUBJECT}
    assert roles == {
        "ComplaintRestated": "triage", "ComplaintRouted": "triage", "ProgressRecorded": f"officer:{CITY}",
        "AgencyRenamed": "operator",
    }  # fmt: skip


async def test_nothing_that_leaves_the_store_names_them(front: Front) -> None:
    complaint, code = await acted(front)
    page = await front.repository.store.read_all(None, (), 1_000)
    loaded = await front.repository.load(UUID(complaint))
    registry = await front.repository.registry()
    told = [str(each) for event in page.events for each in (to_headers(event), row_of(event))]
    told += [newest_message(loaded.state, CITY, registry, policies()).model_dump_json()]
    told += [str(summary(loaded.state, registry, None))]
    everybody = ("triage", "arbiter", f"officer:{CITY}", f"agency:{CITY}", "operator", "analyst", "inspectorate")
    for path in paths(front, complaint, code, loaded.state):
        told += [(await front.web.get(path, headers=role(*everybody))).text]
    assert any("Sedang diperbaiki" in each for each in told), "the walk finds the commands"
    assert not [each for each in told if any(mark in each for mark in MARKS)]


async def posted(front: Front, path: str, *roles: str, **body: object) -> dict[str, str]:
    headers = {"Idempotency-Key": str(uuid4()), **(role(*roles) if roles else {})}
    answer = await front.web.post(f"/api/v1{path}", json=body, headers=headers, auth=None)
    assert answer.is_success, answer.text
    found: dict[str, str] = answer.json()
    return found


async def actors_of(front: Front, complaint: str) -> dict[str, str | None]:
    """The role under which each event of a complaint was written, by its type."""
    loaded = await front.repository.load(UUID(complaint))
    actors = {event.type: metadata_of(event).actor for event in loaded.recorded}
    return {type_: actor and actor.role for type_, actor in actors.items()}


async def test_what_a_system_files_for_a_reporter_names_the_system_and_what_a_person_files_names_nobody(
    front: Front,
) -> None:
    front.app.state.access = Known()
    systems = await posted(front, "/complaints", "gateway:sms", text="Lampu padam")
    await posted(front, f"/complaints/{systems['tracking_code']}/details", "gateway:sms", text="Sejak Senin")
    assert await actors_of(front, systems["id"]) == {"ComplaintFiled": "gateway:sms", "DetailAdded": "gateway:sms"}
    persons = await posted(front, "/complaints", "officer:pln", "analyst", text="Lampu padam", anonymous=True)
    await posted(front, f"/complaints/{persons['tracking_code']}/details", "officer:pln", text="Sejak Senin")
    assert await actors_of(front, persons["id"]) == {"ComplaintFiled": None, "DetailAdded": None}


async def test_a_reading_of_the_contact_names_the_officer_and_a_copy_of_the_data_nobody(front: Front) -> None:
    front.app.state.access = Known()
    filed = await posted(front, "/complaints", text="Lampu padam", reporter={"name": "Kenari"})
    routed = ComplaintRouted(at=T0, agency=CITY, cause="desk", basis=Basis(registry_version=0, rules="test"))
    await write(front.repository, UUID(filed["id"]), routed)
    await posted(front, f"/persons/{filed['id']}/readings", f"officer:{CITY}", "triage", reason="perlu ditelepon")
    await posted(front, f"/complaints/{filed['tracking_code']}/data")
    assert await actors_of(front, filed["id"]) == {
        "ComplaintFiled": None, "ComplaintRouted": None, "ContactRead": f"officer:{CITY}", "DataAccessRequested": None,
        "DataAccessGiven": None,
    }  # fmt: skip


def paths(front: Front, complaint: str, code: str, state: Complaint) -> Iterator[str]:
    """Every route that reads, for this complaint."""
    values = {"complaint": complaint, "tracking_code": code, "public_number": state.public_number, "agency": CITY}
    values |= {"number": state.public_number, "kind": "json", "rung": "1", "calendar": "national", "year": "2026"}
    values |= {
        "client": "x",
        "key": "x",
        "token": "x",
        "code": "roads",
        "attachment": complaint,
        "name": "flow",
        "service": "router",
        "day": "2026-03-02",
        "job": complaint,
    }
    for path, methods in front.app.openapi()["paths"].items():
        if "get" in methods:
            yield path.format(**values)
