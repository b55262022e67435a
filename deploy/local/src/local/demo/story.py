"""One complaint through every office, played at the front door by everybody involved. `make demo` shows it; the journey
test compares its timeline with what was done.

Each step leaves facts in the timeline and is taken only while they are missing, so an interrupted run continues where
it stopped.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Any, Final

import aiohttp

from chassis.base.clock import FileClock, advance
from local.bulk.client import request
from schemas.base.ids import derived_id
from schemas.base.values import HolderKind
from schemas.events.agency_inbox import ClarificationRequested, ComplaintAcknowledged, ComplaintReturned, ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated, ComplaintLapsed
from schemas.events.intake import DetailAdded, ResolutionDisputed
from schemas.events.router import (
    ArbitrationDecided,
    ArbitrationOpened,
    ComplaintReferred,
    ComplaintRouted,
    ComplaintSplit,
    ReporterAsked,
)
from schemas.reference.load import calendars, policies
from schemas.registry.calendars import DEFAULT_ZONE, Calendars, add_working_days, with_decree

Json = dict[str, Any]
TEXT: Final = "Lampu jalan di depan sekolah kami padam semua sejak Senin, gelap gulita."
ANSWER: Final = "Tim kami sudah mengganti lampu dan memeriksa seluruh jaringan di lokasi itu."
LEAD: Final = "kota-bandung"
OTHERS: Final = ("provinsi-jawa-barat", "kemenhub")
GRID: Final = "pln"
OMBUDSMAN: Final = 3
STEP_S: Final = 60.0
"""Longest wait for a step's facts."""
POLL_S: Final = 0.2


class StepTimeout(Exception):
    """A step's facts did not appear in time. The message names the step and the state of the complaint."""


class FrontDoor:
    """The platform's HTTP interface. A request repeated with the same body in the same run is carried out once."""

    def __init__(self, session: aiohttp.ClientSession, name: str, run: str, refused: Callable[[Json], None]) -> None:
        """`name` and `run`: parts of every idempotency key. `refused` is called with the problem of a refusal."""
        self.session, self._name, self.run, self._refused = session, name, run, refused

    async def get(self, path: str) -> Json:
        return (await request(self.session, "GET", path))[2]

    async def post(self, path: str, **body: Any) -> Json:
        key = str(derived_id(self._name, self.run, path, str(sorted(body.items()))))
        status, _, answer = await request(self.session, "POST", path, body, key)
        if status >= 400:
            self._refused(answer)
        return answer

    async def agency(self, agency: str, complaint: str, action: str, **body: Any) -> None:
        """An agency's action on a complaint that it holds."""
        await self.post(f"/api/v1/agencies/{agency}/inbox/{complaint}/{action}", **body)

    async def respond(self, agency: str, complaint: str, text: str) -> None:
        """An agency's response, given after reading the whole case."""
        case = await self.get(f"/api/v1/agencies/{agency}/inbox/{complaint}")
        await self.agency(agency, complaint, "response", text=text, seen_version=case["version"])


class LongStory:
    """Plays the story of one complaint. `announce` is called with one line per step."""

    def __init__(
        self, session: aiohttp.ClientSession, clock_file: Path, run: str,
        announce: Callable[[str], None] = lambda _: None,
    ) -> None:  # fmt: skip
        self._door = FrontDoor(session, "long story", run, self._refused)
        self._clock_file, self._announce = clock_file, announce
        self.code, self.complaint = "", ""
        self.refused: list[str] = []
        """Codes of the refusals, which are part of the story."""

    async def play(self) -> Json:
        """Play from filing to closing; returns the reporter's page.

        Raises:
            StepTimeout: a step had no effect.
        """
        filed = await self._door.post("/api/v1/complaints", text=TEXT)
        self.code, self.complaint = filed["tracking_code"], filed["id"]
        await self._triage()
        await self._three_returns()
        await self._arbitration()
        await self._a_stopped_clock()
        await self._to_the_ombudsman()
        await self._split_in_two()
        await self._dispute()
        return await self._silence()

    async def story(self, complaint: str | None = None) -> Json:
        """The reporter's page."""
        return await self._door.get(f"/api/v1/complaints/{complaint or self.code}?lang=en")

    async def _triage(self) -> None:
        await self._until(ComplaintReferred, 1)
        await self._step(ReporterAsked, 1, lambda: self._desk("question", question="Di kota mana sekolah itu?"))
        await self._step(DetailAdded, 1, lambda: self._reporter("details", text="Di depan gerbang, tiang ketiga."))

    async def _three_returns(self) -> None:
        for number, body in enumerate((LEAD, *OTHERS), start=1):
            await self._step(ComplaintRouted, number, lambda body=body: self._desk("placement", agency=body))  # type: ignore[misc]
            back = lambda body=body: self._agency(body, "return", reason="Bukan kewenangan kami.")  # noqa: E731
            await self._step(ComplaintReturned, number, back)
            if number <= len(OTHERS):
                await self._until(ComplaintReferred, number + 1)

    async def _arbitration(self) -> None:
        await self._until(ArbitrationOpened, 1)
        why = {"agency": LEAD, "reason": "Penerangan jalan kota adalah urusan kota."}
        decide = lambda: self._door.post(f"/api/v1/arbitration/{self.complaint}/decision", **why)  # noqa: E731
        await self._step(ArbitrationDecided, 1, decide)
        await self._until(ComplaintRouted, len(OTHERS) + 2)
        if not await self._has(ComplaintAcknowledged, 1):
            await self._agency(LEAD, "return", reason="Tetap bukan milik kami.")
        await self._step(ComplaintAcknowledged, 1, lambda: self._agency(LEAD, "acknowledgement"))

    async def _a_stopped_clock(self) -> None:
        ask = lambda: self._agency(LEAD, "clarification", question="Tiang nomor berapa?")  # noqa: E731
        await self._step(ClarificationRequested, 1, ask)
        if not await self._has(DetailAdded, 2):
            self._pass(timedelta(days=7))
        await self._step(DetailAdded, 2, lambda: self._reporter("details", text="Tiang nomor tiga."))

    async def _to_the_ombudsman(self) -> None:
        if (story := await self.story())["rung"] < OMBUDSMAN:
            (settle,) = [one for one in story["due"] if one["clock"] == "settle"]
            due_at = datetime.fromisoformat(settle["due_at"])
            wait = next(r.after_wd for r in policies().at(due_at).ladder[HolderKind.AGENCY] if r.number == OMBUDSMAN)
            climbs_at = add_working_days(due_at, wait, DEFAULT_ZONE, _calendar())
            self._pass(climbs_at - FileClock(self._clock_file).now() + timedelta(hours=1))
        await self._until(ComplaintEscalated, OMBUDSMAN)

    async def _split_in_two(self) -> None:
        parts = [{"agency": GRID, "task": "Periksa jaringan"}, {"agency": OTHERS[0], "task": "Periksa gardu"}]
        await self._step(ComplaintSplit, 1, lambda: self._agency(LEAD, "split", parts=parts))
        if await self._has(ResponseGiven, 1):
            return
        await self._door.respond(LEAD, self.complaint, ANSWER)  # refused, since its parts are open
        case = await self._door.get(f"/api/v1/agencies/{LEAD}/inbox/{self.complaint}")
        for part in case["parts"]:
            await self._do_part(part["agency"], part["id"])
        await self._step(ResponseGiven, 1, lambda: self._door.respond(LEAD, self.complaint, ANSWER))

    async def _do_part(self, body: str, part: str) -> None:
        if body == GRID and await self._holds(GRID, part):
            # A returned part is placed again, by its own words or by the desk.
            await self._door.agency(GRID, part, "return", reason="Jaringan ini milik kementerian.")
            if (await self._until_part(part, "triage", "routed"))["status"] == "triage":
                await self._door.post(f"/api/v1/triage/{part}/placement", agency=OTHERS[1])
        held = await self._until_part(part, "routed", "in_progress", "closed")
        if held["status"] != "closed":
            await self._door.respond(held["holder"].removeprefix("agency:"), part, ANSWER)
            await self._until_part(part, "closed")

    async def _dispute(self) -> None:
        again = lambda: self._reporter("dispute", reason="Masih padam, tidak ada yang datang.")  # noqa: E731
        await self._step(ResolutionDisputed, 1, again)
        await self._step(ResponseGiven, 2, lambda: self._door.respond(LEAD, self.complaint, ANSWER))

    async def _silence(self) -> Json:
        if not await self._has(ComplaintLapsed, 1):
            self._pass(timedelta(days=28))
        return await self._until(ComplaintLapsed, 1)

    async def _step(self, fact: type[Fact], count: int, act: Callable[[], Awaitable[Any]]) -> None:
        if not await self._has(fact, count):
            await act()
        await self._until(fact, count)

    async def _until(self, fact: type[Fact], count: int) -> Json:
        async def there() -> Json | None:
            story = await self.story()
            return story if _counted(story, fact.__name__) >= count else None

        found: Json = await self._wait(there, f"{fact.__name__} number {count}")
        self._announce(f"{fact.__name__} {count}")
        return found

    async def _until_part(self, part: str, *statuses: str) -> Json:
        async def there() -> Json | None:
            # The desk reads a part only while it is unplaced, the lead always.
            case = await self._door.get(f"/api/v1/agencies/{LEAD}/inbox/{self.complaint}")
            [found] = [each for each in case["parts"] if each["id"] == part]
            return found if found["status"] in statuses else None

        reached: Json = await self._wait(there, f"part {' or '.join(statuses)}")
        return reached

    async def _wait(self, condition: Callable[[], Awaitable[Any]], what: str) -> Any:
        loop = asyncio.get_running_loop()
        end = loop.time() + STEP_S
        while not (found := await condition()):
            if loop.time() > end:
                raise StepTimeout(
                    f"{what} never came; {(await self.story())['status']}, {(await self.story())['timeline']}"
                )
            await asyncio.sleep(POLL_S)
        return found

    async def _has(self, fact: type[Fact], count: int) -> bool:
        return _counted(await self.story(), fact.__name__) >= count

    async def _holds(self, body: str, complaint: str) -> bool:
        case = await self._door.get(f"/api/v1/agencies/{body}/inbox/{complaint}")
        return case.get("holder") == f"agency:{body}" and case["status"] != "closed"

    async def _desk(self, action: str, **body: Any) -> None:
        await self._door.post(f"/api/v1/triage/{self.complaint}/{action}", **body)

    async def _agency(self, agency: str, action: str, **body: Any) -> None:
        await self._door.agency(agency, self.complaint, action, **body)

    async def _reporter(self, action: str, **body: Any) -> None:
        await self._door.post(f"/api/v1/complaints/{self.code}/{action}", **body)

    def _refused(self, problem: Json) -> None:
        self.refused.append(problem["code"])
        self._announce(f"refused: {problem['detail']}")

    def _pass(self, delta: timedelta) -> None:
        advance(self._clock_file, max(delta, timedelta()))
        self._announce(f"{delta.days} days pass")


def _counted(story: Json, fact: str) -> int:
    return sum(moment["type"] == fact for moment in story["timeline"])


def _calendar() -> Any:
    decrees = (each.decree(datetime.fromisoformat("2020-01-01T00:00:00Z")) for each in calendars())
    return reduce(with_decree, decrees, Calendars()).national
