"""The operator decrees days off and periods by forms; each shows beforehand which open dates it moves."""

import re
from datetime import datetime, timedelta

import httpx
import pytest

from pages.test_desk import at_desk, text_of
from pages.test_operator_registry import confirm, registry, send
from schemas.complaint.state import Complaint
from schemas.deadlines import running
from schemas.events.escalation import DueDateMoved
from schemas.events.router import ArbitrationOpened
from schemas.reference.load import policies
from support.front import Front
from support.inbox import keep, routed
from support.signed_in import sign_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
CALENDAR = "/operator/kalender/tetapkan"
POLICY = "/operator/kebijakan/tetapkan"


async def held(front: Front) -> Complaint:
    """An open report that Kota Bandung holds, known to the list of open work."""
    one, at = await at_desk(front), front.app.state.intake.clock.now()
    await keep(front.repository.store, front.repository, one.id, [routed("kota-bandung", at)])
    await front.app.state.escalation.sweep.feed()
    return (await front.repository.load(one.id)).state


async def dates(front: Front, state: Complaint) -> list[tuple[str, datetime]]:
    """Its open dates, by kind."""
    return [(due.clock, due.due_at) for due in running(state, await registry(front), policies())]


async def calendar(front: Front, **more: str) -> dict[str, str]:
    """The form of the present year with one more day off, a week day in the days to come."""
    day = front.app.state.intake.clock.now().date() + timedelta(days=3)
    while day.weekday() > 4 or day in (await registry(front)).calendar.off:
        day += timedelta(days=1)
    known = (await registry(front)).calendars.get(("national", day.year))
    old = "\n".join(f"{each.on} {each.name}" for each in known.days) if known else ""
    return {"tahun": str(day.year), "dasar": "SKB Uji", "libur": f"{old}\n{day} Hari Uji", **more}


async def shown(front: Front, path: str, **fields: str) -> httpx.Response:
    """The preview once it is computed."""
    while True:
        page = await send(front, path, **fields)
        assert page.status_code == 200, text_of(page)
        if "Masih dihitung" not in text_of(page):
            return page


async def test_days_off_are_decreed_after_a_preview_that_is_then_true(front: Front) -> None:
    state, form = await held(front), await calendar(front)
    page = await shown(front, CALENDAR, **form)
    words = text_of(page)
    assert "tenggat bergeser" in words
    assert "Hari Uji" in words
    assert state.public_number in words
    assert await registry(front) == await registry(front), "a preview writes nothing"
    assert not [each for each in (await registry(front)).calendars.values() if each.source == "SKB Uji"]
    sent = await confirm(front, CALENDAR, page)
    assert (sent.status_code, sent.headers.get("location")) == (303, "/operator/kalender?berhasil=1"), text_of(sent)
    listed = text_of(await front.web.get("/operator/kalender?berhasil=1"))
    assert "SKB Uji" in listed
    assert "Berlaku" in listed
    sweep = front.app.state.escalation.sweep
    await sweep.replan_outdated()
    await sweep.once()
    facts = [told.fact for told in (await front.repository.load(state.id)).facts()]
    assert [fact for fact in facts if isinstance(fact, DueDateMoved)]
    again = text_of(await send(front, CALENDAR, **form))
    assert "sudah berlaku" in again


async def test_the_date_of_a_contested_report_is_the_ombudsmans(front: Front) -> None:
    one, at = await at_desk(front), front.app.state.intake.clock.now()
    await keep(front.repository.store, front.repository, one.id, [ArbitrationOpened(at=at, reason="third_return")])
    await front.app.state.escalation.sweep.feed()
    words = text_of(await shown(front, CALENDAR, **await calendar(front)))
    assert re.search(rf"{one.number} Ombudsman putusan Ombudsman", words), words


@pytest.mark.parametrize(
    ("wrong", "field", "why"),
    [
        ({"tahun": ""}, "tahun", ""),
        ({"tahun": "nanti"}, "tahun", ""),
        ({"dasar": ""}, "dasar", ""),
        ({"libur": "besok libur"}, "libur", "besok libur"),
        ({"libur": "1999-01-01 Tahun lalu"}, "libur", "harus jatuh pada tahun"),
        ({"libur": "2026-13-45 Entah"}, "libur", ""),
        (
            {"wilayah": "99", "daerah": "2027-01-01 Hari Jadi", "tahun": "2027"},
            "wilayah",
            "idak ada instansi di wilayah itu",
        ),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(
    front: Front, wrong: dict[str, str], field: str, why: str
) -> None:
    page = await send(front, CALENDAR, **{**await calendar(front), **wrong})
    assert page.status_code == 422
    assert f'href="#f-{field}"' in page.text, text_of(page)
    assert why in text_of(page)
    assert 'value="SKB Uji"' in page.text or "dasar" in wrong


async def test_without_the_service_of_due_dates_nothing_can_be_confirmed(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("router.pages.calendars.PREVIEW", "/api/v1/nowhere")
    page = await send(front, CALENDAR, **await calendar(front, dasar="SKB Lain"))
    assert "belum dapat dihitung" in text_of(page)
    assert 'value="simpan"' not in page.text


async def test_periods_are_decreed_for_a_later_day_and_move_nothing(front: Front) -> None:
    state = await held(front)
    before = await dates(front, state)
    day = front.app.state.intake.clock.now().date() + timedelta(days=40)
    form = {"mulai": day.isoformat(), "dasar": "Permen Uji", "settle.complaint": "9"}
    page = await shown(front, POLICY, **form)
    assert "Tidak ada yang bergeser" in text_of(page)
    assert "Penyelesaian pengaduan 14 hari kerja 9 hari kerja" in text_of(page)
    sent = await confirm(front, POLICY, page)
    assert (sent.status_code, sent.headers.get("location")) == (303, "/operator/kebijakan?berhasil=1"), text_of(sent)
    words = text_of(await front.web.get("/operator/kebijakan"))
    assert "Permen Uji" in words
    assert "9 hari kerja (semula 14 hari kerja)" in words
    assert await dates(front, state) == before
    shown_by_api = (await front.web.get("/api/v1/policies")).json()["policies"]
    assert [rule["amount"] for rule in shown_by_api[0]["rules"] if rule["name"] == "settle.complaint"] == [9]
    assert [one["decreed_at"] is None for one in shown_by_api] == [False, True]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mulai": "", "triage": "5"}, "mulai"),
        ({"mulai": "2020-01-01", "triage": "5"}, "mulai"),
        ({"mulai": "2099-01-01"}, "mulai"),
        ({"mulai": "2099-01-01", "triage": "nol"}, "triage"),
        ({"mulai": "2099-01-01", "triage": "0"}, "triage"),
        ({"mulai": "2099-01-01", "triage": "5", "dasar": ""}, "dasar"),
    ],
)
async def test_what_is_wrong_with_a_period_is_told_at_its_field(
    front: Front, fields: dict[str, str], field: str
) -> None:
    page = await send(front, POLICY, **{"dasar": "Permen Lain", **fields})
    assert page.status_code == 422
    assert f'href="#f-{field}"' in page.text, text_of(page)


async def test_only_the_operator_sees_these_pages(front: Front) -> None:
    for path in ("/operator/kalender", CALENDAR, "/operator/kebijakan", POLICY):
        for role in ("triage", "officer:kota-bandung"):
            sign_in(front.app, front.web, role)
            assert (await front.web.get(path)).status_code == 403
