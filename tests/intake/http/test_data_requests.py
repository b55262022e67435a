"""Operators see which requests about personal data wait and until when, without words and identity."""

from datetime import timedelta
from uuid import UUID

import httpx

from chassis.base import metrics
from chassis.base.clock import FixedClock
from intake.context import Intake
from intake.http.answers import OpenRequests
from intake.request_list import RequestCounts
from schemas.events.base import Fact
from schemas.events.intake import DataAccessRequested, ErasureRequested, PersonalDataErased
from schemas.events.registry import AgencyRegistered
from schemas.events.router import ComplaintClassified, ComplaintRouted
from support.inbox import CITY, T0, keep_registry
from support.lives import BASIS, write
from support.signed_in import role

OPERATOR = role("operator")
GRADED = ComplaintClassified(at=T0, **{"class": "complaint"}, supervision=True, basis=BASIS)


async def filed(web: httpx.AsyncClient, number: int) -> tuple[UUID, str]:
    person = {"name": "Siti Kenari", "email": "kenari@contoh.id"}
    key = {"Idempotency-Key": str(UUID(int=number))}
    answer = await web.post("/api/v1/complaints", json={"text": "Pungli di loket", "reporter": person}, headers=key)
    return UUID(answer.json()["id"]), answer.json()["tracking_code"]


def later(intake: Intake, by: timedelta) -> None:
    assert isinstance(intake.clock, FixedClock)
    intake.clock.advance(by)


async def examined(web: httpx.AsyncClient, intake: Intake, number: int, *facts: Fact) -> UUID:
    await keep_registry(intake.repository.store, intake.repository)
    complaint, _ = await filed(web, number)
    placed = ComplaintRouted(at=T0, agency=CITY, cause="supervision", basis=BASIS)
    await write(intake.repository, complaint, GRADED, placed, *facts)
    return complaint


async def listed(web: httpx.AsyncClient, query: str = "", headers: dict[str, str] = OPERATOR) -> httpx.Response:
    return await web.get(f"/api/v1/data-requests{query}", headers=headers, auth=None)


async def test_an_erasure_that_waits_is_listed_with_its_date_and_without_words_or_identity(
    web: httpx.AsyncClient, intake: Intake
) -> None:
    complaint = await examined(web, intake, 1, ErasureRequested(at=T0))
    answer = await listed(web)
    [item] = OpenRequests.model_validate(answer.json()).items
    assert (item.complaint, item.kind, item.asked_at, item.overdue) == (str(complaint), "erasure", T0, False)
    assert item.due_at == T0 + timedelta(days=3)
    assert not any(word in answer.text for word in ("Siti", "kenari", "Pungli"))
    assert (await listed(web, "?overdue=true")).json()["items"] == []

    later(intake, timedelta(days=4))
    assert [one["overdue"] for one in (await listed(web, "?overdue=true")).json()["items"]] == [True]


async def test_what_is_done_is_listed_no_more(web: httpx.AsyncClient, intake: Intake) -> None:
    await examined(web, intake, 1, ErasureRequested(at=T0), PersonalDataErased(at=T0))
    _, code = await filed(web, 2)
    assert (await web.post(f"/api/v1/complaints/{code}/data", headers={"Idempotency-Key": str(UUID(int=9))})).is_success
    assert (await listed(web)).json()["items"] == []


async def test_a_request_for_the_data_that_nobody_answered_is_overdue_after_its_date(
    web: httpx.AsyncClient, intake: Intake
) -> None:
    complaint, _ = await filed(web, 1)
    await write(intake.repository, complaint, DataAccessRequested(at=T0, due_at=T0 + timedelta(days=3)))
    later(intake, timedelta(days=4))
    [item] = (await listed(web)).json()["items"]
    assert (item["kind"], item["overdue"], item["body"]) == ("access", True, None)
    await RequestCounts(intake).once()
    shown = {
        (kind, standing): metrics.DATA_REQUESTS.labels(kind, standing)._value.get()  # noqa: SLF001
        for kind in ("access", "erasure")
        for standing in ("open", "overdue")
    }
    assert shown == {
        ("access", "open"): 0, ("access", "overdue"): 1, ("erasure", "open"): 0, ("erasure", "overdue"): 0,
    }  # fmt: skip


async def test_only_operators_read_the_list_and_not_one_who_works_for_the_accused(
    web: httpx.AsyncClient, intake: Intake
) -> None:
    await examined(web, intake, 1, ErasureRequested(at=T0))
    assert (await listed(web, headers={})).status_code == 401
    for other in ("analyst", f"officer:{CITY}", "triage"):
        assert (await listed(web, headers=role(other))).status_code == 403
    other_body = AgencyRegistered(at=T0, agency="dinas-x", name="Dinas X", kind="city", level="regency", region="32.73")
    await keep_registry(intake.repository.store, intake.repository, other_body)
    assert (await listed(web, headers=role("operator", "officer:dinas-x"))).json()["items"] == []
