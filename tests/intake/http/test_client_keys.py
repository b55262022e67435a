"""One UUID as a key is one request in every spelling, also of a request that an earlier version stored as it came."""

from uuid import UUID

import httpx
import pytest

from chassis.write.command import handle
from chassis.write.repository import Cause
from intake import decide
from intake.canonical import canonical
from intake.context import Intake
from intake.decide import AddDetail
from intake.storage.former_filings import FormerFilings
from schemas.base import ids
from schemas.contract.submission import Complaining
from support.inbox import T0

KEY = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
SPELLINGS = [
    KEY, KEY.upper(), f"{{{KEY}}}", f"{{{KEY.upper()}}}", f"urn:uuid:{KEY}", KEY.replace("-", ""),
    KEY.replace("-", "").upper(), f"0A1b{KEY[4:]}",
]  # fmt: skip
TEXT = {"text": "Lampu jalan padam di depan pasar"}


async def post(web: httpx.AsyncClient, path: str, key: str, **more: object) -> httpx.Response:
    headers = {"Idempotency-Key": key} | ({"Satupintu-Client": str(more.pop("client"))} if "client" in more else {})
    return await web.post(f"/api/v1/complaints{path}", json=more, headers=headers)


@pytest.mark.parametrize("client", [{}, {"client": UUID(int=7)}])
async def test_one_uuid_files_one_complaint(web: httpx.AsyncClient, intake: Intake, client: dict[str, object]) -> None:
    answers = [await post(web, "", spelled, **TEXT, **client) for spelled in SPELLINGS]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await intake.repository.store.read_all(None)).events) == 1


async def test_keys_that_are_no_uuid_keep_their_case(web: httpx.AsyncClient, intake: Intake) -> None:
    for key in ("pesan-a", "PESAN-A", "{pesan-a}", "urn:uuid:pesan-a"):
        assert (await post(web, "", key, **TEXT, client=UUID(int=7))).status_code == 201
    assert len((await intake.repository.store.read_all(None)).events) == 4


@pytest.mark.parametrize("key", ["12345678-12345678-1234567812345678", "{" + KEY, KEY + "\u00b2", "uuid:" + KEY])
async def test_without_a_device_only_a_uuid_is_a_key(web: httpx.AsyncClient, key: str) -> None:
    answer = await web.post("/api/v1/complaints", json=TEXT, headers=[(b"Idempotency-Key", key.encode("latin-1"))])
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


async def test_one_uuid_adds_one_detail(web: httpx.AsyncClient) -> None:
    code = (await post(web, "", KEY, **TEXT)).json()["tracking_code"]
    for spelled in SPELLINGS:
        assert (await post(web, f"/{code}/details", spelled, text="Sudah tiga malam.")).status_code == 200
    story = (await web.get(f"/api/v1/complaints/{code}")).json()
    assert [moment["type"] for moment in story["timeline"]] == ["ComplaintFiled", "DetailAdded"]


async def filed_before(intake: Intake, spelled: str) -> UUID:
    """File as an earlier version did: its ids came from the key as it was spelled."""
    complaint = ids._derive("complaint", "web", "", spelled)  # noqa: SLF001
    command = Complaining.model_validate(TEXT)
    causation = ids._derive("move", str(complaint), "", "complaints", spelled)  # noqa: SLF001
    cause = Cause(causation, complaint, T0, request=canonical(command))
    await intake.repository.keyring.ensure([complaint])
    number = await intake.numbers.take(T0)
    await handle(
        intake.repository,
        complaint,
        lambda s: decide.file(s, command, T0, public_number=number),
        cause,
        opens=complaint,
    )
    row = intake.codes.row(complaint, intake.codes.of(complaint, 1), 1)
    await intake.database.run(
        lambda connection: connection.exec_driver_sql("insert into codes values (?, ?)", row).close()
    )
    return complaint


@pytest.mark.parametrize("stored", SPELLINGS)
@pytest.mark.parametrize("again", [KEY, KEY.upper(), f"{{{KEY}}}"])
async def test_a_retry_finds_what_an_earlier_version_filed(
    web: httpx.AsyncClient, intake: Intake, stored: str, again: str
) -> None:
    complaint = await filed_before(intake, stored)
    answer = await post(web, "", stored if stored == SPELLINGS[-1] else again, **TEXT)
    assert (answer.status_code, answer.headers["Idempotent-Replayed"]) == (201, "true")
    assert answer.json()["id"] == str(complaint)
    other = await post(web, "", stored, text="Lain sama sekali")
    assert (other.status_code, other.json()["code"]) == (422, "request-differs")
    assert len((await intake.repository.store.read_all(None)).events) == 1


@pytest.mark.parametrize("stored", SPELLINGS)
async def test_a_retry_finds_the_detail_that_an_earlier_version_added(
    web: httpx.AsyncClient, intake: Intake, stored: str
) -> None:
    filed = (await post(web, "", str(UUID(int=9)), **TEXT)).json()
    complaint, command = UUID(filed["id"]), AddDetail(text="Sudah tiga malam.")
    causation = ids._derive("move", str(complaint), "", "details", stored)  # noqa: SLF001
    cause = Cause(causation, complaint, T0, request=canonical(command))
    await handle(intake.repository, complaint, lambda s: decide.add_detail(s, command, T0), cause)

    answer = await post(web, f"/{filed['tracking_code']}/details", stored, text=command.text)

    assert (answer.status_code, answer.headers["Idempotent-Replayed"]) == (200, "true")


async def test_an_installation_that_began_with_this_version_looks_for_nothing_older(
    web: httpx.AsyncClient, intake: Intake
) -> None:
    await post(web, "", KEY, **TEXT)
    anew = FormerFilings(intake.database, intake.codes, intake.repository.store)
    assert await anew.find(lambda: [ids.complaint_id("web", "", KEY)]) is None, (
        "the next process finds the mark of the first"
    )
