"""The public sees what it may, and nothing else; it can support what it sees."""

import asyncio
from uuid import UUID, uuid5

import httpx
import pytest

from chassis.project.from_store import StoreProjection
from reporting import queries
from reporting.context import Reporting
from reporting.views import reports_view
from schemas.wording.masks import masked
from support.lives import answered, classified, filed, joined, named, number_of, part_of, routed, write

CLIENT = uuid5(UUID(int=0), "device")


async def show(reporting: Reporting) -> None:
    """Feed the public list as its Kafka projection would."""
    view = reports_view(reporting.repository)
    await StoreProjection(reporting.repository.store, reporting.database, queries.METADATA, view).catch_up()


def client(name: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid5(CLIENT, name))}


async def test_a_public_report_tells_its_story_without_the_agencys_inner_mail(
    reporting: Reporting, web: httpx.AsyncClient
) -> None:
    await write(reporting.repository, named("a"), filed(1), routed(), answered())
    await show(reporting)

    report = (await web.get(f"/api/v1/reports/{number_of(1)}?lang=en")).json()

    assert (report["status"], report["agency"], report["text"]) == ("answered", "kota-bandung", "Jalan berlubang besar")
    assert [moment["type"] for moment in report["timeline"]] == ["ComplaintFiled", "ComplaintRouted", "ResponseGiven"]


@pytest.mark.parametrize("flags", [{"secret": True}, {"secret": True, "anonymous": True}])
async def test_a_secret_report_is_answered_like_one_that_does_not_exist(
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


async def test_of_a_report_that_follows_another_the_public_is_told_which_one_unless_it_may_not_know_of_it(
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


async def test_what_nobody_has_read_yet_is_not_shown_since_it_may_need_examining(
    reporting: Reporting, web: httpx.AsyncClient
) -> None:
    await write(reporting.repository, named("a"), filed(1))
    await show(reporting)
    assert (await web.get("/api/v1/reports")).json()["reports"] == []
    assert (await web.get(f"/api/v1/reports/{number_of(1)}")).status_code == 404
    await write(reporting.repository, named("a"), classified())
    await show(reporting)
    assert (await web.get(f"/api/v1/reports/{number_of(1)}")).status_code == 200


async def test_supports_are_found_again_from_the_store_alone(reporting: Reporting, web: httpx.AsyncClient) -> None:
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


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("hubungi budi@contoh.co.id", "hubungi [e-mail]"),
        ("telepon 0812-3456-7890 ya", "telepon [phone] ya"),
        ("wa +62 812 3456 7890", "wa [phone]"),
        ("NIK 3273010101900001", "NIK [NIK]"),
        ("lihat https://contoh.id/x?y=1", "lihat [link]"),
        ("Jalan Merdeka 12, lubang 40 cm sejak 2026", "Jalan Merdeka 12, lubang 40 cm sejak 2026"),
    ],
)
def test_what_points_to_a_person_is_masked(said: str, shown: str) -> None:
    assert masked(said) == shown
