"""What the public sees of reports, and supports."""

import asyncio
from uuid import UUID, uuid5

import httpx
import pytest

from chassis.write.repository import Cause
from reporting import queries
from reporting.context import Reporting
from schemas.base.ids import derived_id
from schemas.base.sealed import Keys
from schemas.base.streams import support_stream
from schemas.events.reporting import ComplaintSupported
from support.inbox import T0
from support.lives import answered, classified, filed, joined, named, number_of, part_of, routed, write
from support.public_views import fill_public

CLIENT = uuid5(UUID(int=0), "device")


async def show(reporting: Reporting) -> None:
    """Update the public list like its Kafka projection."""
    await fill_public(reporting)


def client(name: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(CLIENT, name))}


async def test_a_public_report_shows_its_timeline_without_internal_texts(
    reporting: Reporting, web: httpx.AsyncClient
) -> None:
    await write(reporting.repository, named("a"), filed(1), routed(), answered())
    await show(reporting)

    report = (await web.get(f"/api/v1/reports/{number_of(1)}?lang=en")).json()

    assert (report["status"], report["agency"], report["text"]) == ("answered", "kota-bandung", "Jalan berlubang besar")
    assert [moment["type"] for moment in report["timeline"]] == ["ComplaintFiled", "ComplaintRouted", "ResponseGiven"]


@pytest.mark.parametrize("flags", [{"secret": True}, {"secret": True, "anonymous": True}])
async def test_a_secret_report_gets_the_answer_of_a_missing_one(
    reporting: Reporting, web: httpx.AsyncClient, flags: dict[str, bool]
) -> None:
    await write(reporting.repository, named("secret"), filed(1, **flags))
    await show(reporting)

    secret, absent = await web.get(f"/api/v1/reports/{number_of(1)}"), await web.get(f"/api/v1/reports/{number_of(2)}")

    assert (secret.status_code, absent.status_code) == (404, 404)
    assert secret.json()["code"] == absent.json()["code"]
    assert (await web.get("/api/v1/reports")).json()["reports"] == []


async def test_a_part_is_not_listed_beside_its_whole(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await write(reporting.repository, named("whole"), filed(1), routed())
    await write(reporting.repository, named("part"), part_of(named("whole"), 1), routed(4))
    await show(reporting)

    assert len((await web.get("/api/v1/reports")).json()["reports"]) == 1


async def test_a_joined_report_shows_its_lead_only_if_the_lead_is_public(
    reporting: Reporting, web: httpx.AsyncClient
) -> None:
    await write(reporting.repository, named("lead"), filed(1), routed())
    await write(reporting.repository, named("follower"), filed(2), routed(), joined(named("lead")))
    await write(reporting.repository, named("last"), filed(3), routed(), joined(named("follower")))
    await show(reporting)
    for follower in (number_of(2), number_of(3)):
        assert (await web.get(f"/api/v1/reports/{follower}")).json()["lead_public_number"] == number_of(1)
    assert (await web.get(f"/api/v1/reports/{number_of(1)}")).json()["lead_public_number"] is None
    await write(reporting.repository, named("lead"), classified(supervision=True))
    assert (await web.get(f"/api/v1/reports/{number_of(2)}")).json()["lead_public_number"] is None


async def test_erased_text_reads_as_erased_in_the_public_list(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await write(reporting.repository, named("a"), filed(1), routed())
    await show(reporting)
    await reporting.repository.keyring.destroy(named("a"))

    assert (await web.get(f"/api/v1/reports/{number_of(1)}")).json()["text"] == "[erased]"


async def test_a_supporter_counts_once_however_often_they_ask(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await write(reporting.repository, named("a"), filed(1), classified())
    await show(reporting)
    url = f"/api/v1/reports/{number_of(1)}/support"

    await asyncio.gather(*(web.post(url, headers=client("me")) for _ in range(5)))
    await asyncio.gather(*(web.post(url, headers=client(f"other {n}")) for n in range(10)))
    answer = await web.post(url, headers=client("me"))

    assert answer.json() == {"public_number": number_of(1), "supports": 11}


async def test_an_unclassified_report_is_not_public(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await write(reporting.repository, named("a"), filed(1))
    await show(reporting)
    assert (await web.get("/api/v1/reports")).json()["reports"] == []
    assert (await web.get(f"/api/v1/reports/{number_of(1)}")).status_code == 404
    await write(reporting.repository, named("a"), classified())
    await show(reporting)
    assert (await web.get(f"/api/v1/reports/{number_of(1)}")).status_code == 200


async def test_one_uuid_supports_once_in_every_spelling_also_where_an_earlier_version_counted_it(
    reporting: Reporting, web: httpx.AsyncClient
) -> None:
    complaint = named("a")
    await write(reporting.repository, complaint, filed(1), classified())
    await show(reporting)
    key, url = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", f"/api/v1/reports/{number_of(1)}/support"
    before = reporting.supporter(key.upper(), complaint)
    causation = derived_id("support", str(complaint), before)
    events = reporting.repository.encode(
        support_stream(complaint),
        [ComplaintSupported(at=T0, supporter=before)],
        Cause(causation, complaint, T0),
        Keys(),
    )
    await reporting.repository.store.append(support_stream(complaint), -1, events)
    for spelled in (key, key.upper(), f"{{{key}}}", key.replace("-", "")):
        answer = await web.post(url, headers={"Idempotency-Key": spelled})
        assert answer.json()["supports"] == 1


async def test_supports_are_rebuilt_from_the_store(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await write(reporting.repository, named("a"), filed(1), classified())
    await show(reporting)
    await web.post(f"/api/v1/reports/{number_of(1)}/support", headers=client("me"))
    await reporting.database.run(lambda connection: connection.execute(queries.SUPPORTS.delete()))

    await reporting.supports.catch_up()

    assert (await web.get(f"/api/v1/reports/{number_of(1)}")).json()["supports"] == 1


@pytest.mark.parametrize(
    ("asked", "field"), [("/api/v1/reports/SP-2026-000001-9", "public_number"), ("/api/v1/counts?by=name", "by")]
)
async def test_a_wrong_request_names_the_field(web: httpx.AsyncClient, asked: str, field: str) -> None:
    answer = await web.get(asked)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_counts_keep_ways_of_closing_apart(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await write(reporting.repository, named("a"), filed(1), routed())
    await show(reporting)
    counts = (await web.get("/api/v1/counts?by=agency")).json()["counts"]
    assert counts == [{"key": "kota-bandung", "status": "routed", "reason": None, "count": 1}]
