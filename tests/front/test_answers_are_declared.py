"""Every reading of a store with complaints in all shapes: the client of `front` checks each answer against its model."""

from typing import Any
from uuid import UUID, uuid4  # noqa: TID251 - a client makes its own keys

import agency_inbox.views
import escalation.views
from chassis.project.from_store import StoreProjection
from schemas.base.values import Clock, Matter
from schemas.events.agency_inbox import ClarificationRequested, ComplaintReturned, ResponseGiven
from schemas.events.escalation import ComplaintEscalated
from schemas.events.router import ArbitrationDecided, ArbitrationOpened, ComplaintReferred, ComplaintSplit, Part
from support import lives
from support.front import Front
from support.inbox import ANSWER, CITY, PLN, T0, routed
from support.lives import write
from support.public_views import fill_public

API = "/api/v1"
PART, LATE, SECRET = (UUID(int=number) for number in (501, 502, 503))
REPORTER = {"name": "Siti", "email": "siti@example.org", "phone": "no number"}


async def test_every_reading_of_a_store_with_complaints_is_declared(front: Front) -> None:
    held, codes = await _fill(front)
    await _project(front)
    numbers = [lives.number_of(number) for number in (51, 52)]
    for path in _readings(held, codes, numbers):
        answer = await front.web.get(path)
        assert answer.status_code in (200, 404, 409), f"{path} {answer.text}"
    for path in (f"{API}/reports", f"{API}/ladder/1", f"{API}/ladder/4", f"{API}/agencies/{PLN}/inbox"):
        answer = (await front.web.get(path)).json()
        assert answer.get("reports") or answer.get("items") or answer.get("complaints"), f"{path} shows something"
    for number in numbers[:1]:
        key = {"Idempotency-Key": str(uuid4())}
        for command, body in (("support", {}), ("follow", {"email": "budi@example.org"})):
            answer = await front.web.post(f"{API}/reports/{number}/{command}", json=body, headers=key)
            assert answer.is_success, answer.text


async def _fill(front: Front) -> tuple[list[str], list[str]]:
    """The ids and tracking codes of complaints that were filed over HTTP and then written on as workers would."""
    filed = [await _file(front, number) for number in range(5)]
    [answered, returned, decided, split, asked] = [UUID(each["id"]) for each in filed]
    store = front.repository
    await write(store, answered, routed(), ResponseGiven(at=T0, agency=PLN, text=ANSWER))
    back = ComplaintReturned(at=T0, agency=PLN, reason="Bukan urusan kami.", suggested=CITY)
    await write(store, returned, routed(), back, ComplaintReferred(at=T0, reason="no_mandate"))
    matter = Matter(sector="electricity", level="national")
    reason = ArbitrationDecided(at=T0, agency=PLN, reason="Urusan PLN.", matter=matter)
    referred = ComplaintReferred(at=T0, reason="no_mandate")
    await write(store, decided, referred, ArbitrationOpened(at=T0, reason="desk"), reason)
    part = Part(id=PART, agency=CITY, task="Periksa")
    await write(store, split, routed(), ComplaintSplit(at=T0, parts=(part,)))
    await write(store, PART, lives.part_of(split, 60), lives.routed())
    await write(store, asked, routed(), ClarificationRequested(at=T0, agency=PLN, question="Tiang yang mana?"))
    climb = ComplaintEscalated(at=T0, rung=4, clock=Clock.SETTLE, started_version=0)
    await write(store, LATE, lives.filed(51), lives.classified(), lives.routed(), climb)
    await write(store, SECRET, lives.filed(52, secret=True), lives.classified(), lives.routed(), climb)
    png = {"file": ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 9, "image/png")}
    code = filed[0]["tracking_code"]
    key = {"Idempotency-Key": str(uuid4())}
    assert (await front.web.post(f"{API}/complaints/{code}/attachments", files=png, headers=key)).is_success
    return [each["id"] for each in filed], [each["tracking_code"] for each in filed]


async def _file(front: Front, number: int) -> Any:
    body = {"text": f"Lampu jalan padam {number}", "place": {"lat": -6.9, "lon": 107.6}, "reporter": REPORTER}
    key = {"Idempotency-Key": str(uuid4())}
    return (await front.web.post(f"{API}/complaints", json=body, headers=key)).json()


async def _project(front: Front) -> None:
    """Bring the read models up to date, as the workers do."""
    state = front.app.state
    inbox, late, public = state.agency_inbox, state.escalation, state.reporting
    views: list[tuple[Any, Any, Any]] = [
        (inbox, agency_inbox.views.METADATA, agency_inbox.views.inbox_view),
        (late, escalation.views.METADATA, escalation.views.ladder_view),
    ]
    for context, metadata, view in views:
        made = view(front.repository, context.registry, inbox.policies)
        await StoreProjection(front.repository.store, context.database, metadata, made).catch_up()
    await fill_public(public)


def _readings(held: list[str], codes: list[str], numbers: list[str]) -> list[str]:
    plain = (
        "triage arbitration precedents agencies agencies/pln calendars calendars/national/2026 policies books reports"
    )
    one = [f"{API}/{path}" for path in plain.split()]
    one += [f"{API}/counts?by={by}" for by in ("agency", "region", "status", "sector", "class")]
    one += [f"{API}/ladder/{rung}" for rung in (1, 2, 3, 4)]
    one += [f"{API}/agencies/{agency}/{path}" for agency in (PLN, CITY) for path in ("inbox", "replies/refused")]
    one += [f"{API}/reports/{number}" for number in numbers]
    for code in codes:
        one += [f"{API}/complaints/{code}", f"{API}/complaints/{code}/explain"]
    for complaint in [*held, str(PART), str(LATE)]:
        one += [f"{API}/triage/{complaint}"]
        files = ("", "/suggestions", "/followers")
        one += [f"{API}/agencies/{agency}/inbox/{complaint}{file}" for agency in (PLN, CITY) for file in files]
    return one
