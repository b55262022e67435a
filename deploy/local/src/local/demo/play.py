"""`make demo`: a few hundred complaints, agencies that answer, return, ask or ignore, and time that passes.

Everything goes through the front door, and is read back from it. Only the clock is moved behind its back: time
cannot be asked for over HTTP.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import typer
from rich.console import Console
from rich.table import Table

from chassis.base.clock import advance
from local.bulk.client import CONNECTIONS, Unreachable, open_session, request
from local.demo.story import LongStory, StepTimeout
from local.demo.texts import complaints
from schemas.base.ids import derived_id

console: Final = Console(highlight=False)
ANSWER: Final = "Terima kasih. Petugas kami telah memeriksa dan menyelesaikan pekerjaan di lokasi yang Anda laporkan."
ENDINGS: Final = ("confirmed", "silence", "incomplete", "archived", "withdrawn", "erased")
PAGES: Final = 20
PATIENCE_S: Final = 90.0

Json = dict[str, Any]
Scenario = Callable[["DemoSession", str, Json], Awaitable[None]]


class DemoSession:
    """The front door, and who came in with which code."""

    def __init__(self, session: aiohttp.ClientSession, run: str) -> None:
        self.session, self.run, self.codes = session, run, dict[str, str]()

    async def post(self, path: str, body: Json) -> Json:
        """Ask for a move, once however often it is asked; refusals are shown, not raised."""
        key = str(derived_id("demo", self.run, path, str(sorted(body.items()))))
        status, _, answer = await request(self.session, "POST", path, body, key)
        if status >= 400:
            console.print(f"  refused ({answer.get('code')}): {answer.get('detail')}")
        return answer

    async def get(self, path: str) -> Json:
        """Read something."""
        _, _, answer = await request(self.session, "GET", path)
        return answer

    async def agency(self, agency: str, row: Json, move: str, **body: Any) -> Json:
        """A move of an agency on one of its complaints."""
        return await self.post(f"/api/v1/agencies/{agency}/inbox/{row['id']}/{move}", body)

    async def reporter(self, complaint: str, move: str, **body: Any) -> Json:
        """A move of the reporter."""
        return await self.post(f"/api/v1/complaints/{self.codes[complaint]}/{move}", body)

    async def answer(self, agency: str, row: Json) -> None:
        """Answer having read everything."""
        case = await self.get(f"/api/v1/agencies/{agency}/inbox/{row['id']}")
        await self.agency(agency, row, "response", text=ANSWER, seen_version=case["version"])


async def confirmed(stage: DemoSession, agency: str, row: Json) -> None:
    """Acknowledged, worked on, answered, confirmed."""
    await stage.agency(agency, row, "acknowledgement")
    await stage.agency(agency, row, "progress", text="Petugas sudah dijadwalkan ke lokasi.")
    await stage.answer(agency, row)
    await stage.reporter(row["id"], "confirmation", rating=5, words="Terima kasih, sudah beres.")


async def silent(stage: DemoSession, agency: str, row: Json) -> None:
    """Answered, and the reporter says nothing: silence will close it, and is counted as silence."""
    await stage.agency(agency, row, "acknowledgement")
    await stage.answer(agency, row)


async def disputed(stage: DemoSession, agency: str, row: Json) -> None:
    """Answered, disputed, answered again, confirmed."""
    await stage.answer(agency, row)
    await stage.reporter(row["id"], "dispute", reason="Belum selesai, masih seperti semula.")
    await stage.answer(agency, row)
    await stage.reporter(row["id"], "confirmation", rating=3)


async def returned(stage: DemoSession, agency: str, row: Json) -> None:
    """Not our field, with a reason: it goes back to the router, never to the citizen."""
    await stage.agency(agency, row, "return", reason="Lokasi ini bukan kewenangan kami.")


async def asks(stage: DemoSession, agency: str, row: Json) -> None:
    """Asked, answered by the reporter, settled."""
    await stage.agency(agency, row, "clarification", question="Mohon sebutkan patokan lokasinya?")
    await stage.reporter(row["id"], "details", text="Di seberang warung, dekat tiang nomor tiga.")
    await stage.answer(agency, row)
    await stage.reporter(row["id"], "confirmation", rating=4)


async def unanswered(stage: DemoSession, agency: str, row: Json) -> None:
    """Asked, and the reporter never answers: the file is not completed."""
    await stage.agency(agency, row, "clarification", question="Mohon kirim nomor pelanggan Anda?")


async def withdrawn(stage: DemoSession, _agency: str, row: Json) -> None:
    """The reporter takes it back."""
    await stage.reporter(row["id"], "withdrawal", reason="Sudah diperbaiki warga sendiri.")


async def erased(stage: DemoSession, _agency: str, row: Json) -> None:
    """The reporter asks to be forgotten."""
    await stage.reporter(row["id"], "erasure")


async def ignored(_stage: DemoSession, _agency: str, _row: Json) -> None:
    """Nobody does anything: the ladder will."""


SCENARIOS: Final[tuple[Scenario, ...]] = (
    confirmed, silent, disputed, returned, asks, unanswered, withdrawn, erased, ignored, confirmed,
)  # fmt: skip


def demo(address: str = "http://127.0.0.1:8000", clock_file: Path = Path("var/clock"), run: str = "demo") -> None:
    """Play the demonstration against a running platform (`make run`). Under one name it files nothing twice."""
    try:
        asyncio.run(_demo(address, clock_file, run))
    except Unreachable as error:
        console.print(f"{error}. Is `make run` running in another window?")
        raise typer.Exit(1) from error
    except StepTimeout as error:
        console.print(f"[red]the long story is stuck: {error}[/red]")
        raise typer.Exit(1) from error


async def _demo(address: str, clock_file: Path, run: str) -> None:
    async with open_session(address) as session:
        stage = DemoSession(session, run)
        console.rule("filing")
        await _file(stage)
        console.rule("agencies and the desk at work")
        await _at_desk(stage)
        await _play(stage)
        for weeks in (3, 3, 3):
            moved = advance(clock_file, timedelta(weeks=weeks))
            console.rule(f"{weeks} weeks pass (the clock is now {moved.days} days ahead)")
            await _settled(stage)
        console.rule("one complaint through every office")
        await _through_every_office(session, clock_file, run)
        await _settled(stage)
        console.rule("read back")
        await _read_back(stage)


async def _through_every_office(session: aiohttp.ClientSession, clock_file: Path, run: str) -> None:
    story = await LongStory(session, clock_file, run, console.print).play()
    _tell("through every office", story)
    for due in story["due"]:
        console.print(due["explanation"])


async def _file(stage: DemoSession) -> None:
    where: Counter[str] = Counter()

    async def one(index: int, body: Json) -> None:
        key = str(derived_id("demo", stage.run, str(index)))
        _, _, answer = await request(stage.session, "POST", "/api/v1/complaints", body, key)
        stage.codes[answer["id"]] = answer["tracking_code"]
        where[await _placed(stage, answer["tracking_code"])] += 1

    await _together(one(index, body) for index, body in enumerate(complaints()))
    console.print(f"{where.total()} complaints: " + ", ".join(f"{count} {name}" for name, count in where.most_common()))


async def _placed(stage: DemoSession, code: str) -> str:
    while True:
        status = str((await stage.get(f"/api/v1/complaints/{code}"))["status"])
        if status != "unplaced":
            return status
        await asyncio.sleep(0.2)


async def _at_desk(stage: DemoSession) -> None:
    mine = [row for row in await _pages(stage, "/api/v1/triage?") if row["id"] in stage.codes]
    moves = Counter([await _move(stage, index, str(row["id"])) for index, row in enumerate(mine)])
    console.print(
        f"the desk had {len(mine)} complaints: " + ", ".join(f"{n} {name}" for name, n in moves.most_common())
    )


async def _move(stage: DemoSession, index: int, complaint: str) -> str:
    """What a person at the desk does: follow the model's likeliest field, else ask or archive."""
    case = await stage.get(f"/api/v1/triage/{complaint}")
    likely = [each for each in case["candidates"] if each["reason"] == "sector"]
    if likely:
        body = {"agency": likely[0]["agency"], "unit": likely[0]["unit"]}
        await stage.post(f"/api/v1/triage/{complaint}/placement", body)
        return "placed"
    if index % 2:
        note = "Mohon ajukan kembali dengan menyebut tempat dan masalahnya."
        await stage.post(f"/api/v1/triage/{complaint}/archive", {"reason": "unintelligible", "note": note})
        return "archived"
    await stage.post(f"/api/v1/triage/{complaint}/question", {"question": "Apa dan di mana masalahnya?"})
    return "asked about"


async def _play(stage: DemoSession) -> None:
    plays: Counter[str] = Counter()

    async def one(index: int, agency: str, row: Json) -> None:
        play = SCENARIOS[index % len(SCENARIOS)]
        plays[play.__name__] += 1
        await play(stage, agency, row)

    held = [(agency, row) for agency in await _agencies(stage) for row in await _inbox(stage, agency)]
    held = [(agency, row) for agency, row in held if row["id"] in stage.codes]
    await _together(one(index, agency, row) for index, (agency, row) in enumerate(held))
    console.print(", ".join(f"{count} {name}" for name, count in plays.most_common()))


async def _agencies(stage: DemoSession) -> list[str]:
    holders = (await stage.get("/api/v1/books"))["open"]
    return sorted(name.removeprefix("agency:") for name in holders if name.startswith("agency:"))


async def _inbox(stage: DemoSession, agency: str) -> list[Json]:
    return await _pages(stage, f"/api/v1/agencies/{agency}/inbox?status=routed&")


async def _pages(stage: DemoSession, path: str) -> list[Json]:
    rows: list[Json] = []
    for page in range(PAGES):
        got = (await stage.get(f"{path}page={page}"))["complaints"]
        rows += got
        if not got:
            break
    return rows


async def _settled(stage: DemoSession) -> None:
    """Wait until the sweeps have caught up with the moved clock: the books stand still for a while."""
    before, same, waited = None, 0, 0.0
    while same < 4 and waited < PATIENCE_S:
        books = await stage.get("/api/v1/books")
        same = same + 1 if books["position"] == before else 0
        before = books["position"]
        await asyncio.sleep(1.0)
        waited += 1.0


async def _read_back(stage: DemoSession) -> None:
    books = await stage.get("/api/v1/books")
    table = Table("", "complaints", title=f"the books at position {books['position']}")
    for name, count in (("filed", books["filed"]), *_lines(books)):
        table.add_row(name, str(count))
    table.add_row("balanced", "yes" if books["balanced"] else "NO")
    console.print(table)
    shown: set[str] = set()
    for code in stage.codes.values():
        story = await stage.get(f"/api/v1/complaints/{code}?lang=en")
        ending = story["closed_reason"] or (f"rung {story['rung']}" if story["rung"] else None)
        if ending and ending not in shown:
            shown.add(ending)
            _tell(ending, story)
    missing = set(ENDINGS) - shown
    if missing or not books["balanced"]:
        console.print(f"[red]not shown: {', '.join(sorted(missing)) or 'a balance'}[/red]")
        raise typer.Exit(1)


def _lines(books: Json) -> Iterable[tuple[str, int]]:
    agencies = sum(count for name, count in books["open"].items() if name.startswith("agency:"))
    yield from ((f"open, {name}", count) for name, count in books["open"].items() if not name.startswith("agency:"))
    yield "open, with agencies", agencies
    yield from ((f"joined {name}", count) for name, count in books["joined"].items())
    yield from ((f"closed, {name}", count) for name, count in books["closed"].items())


def _tell(ending: str, story: Json) -> None:
    table = Table("when", "what", title=f"{ending}: {story['public_number']}, {story['status_text']}")
    for moment in story["timeline"]:
        table.add_row(moment["at"][:16].replace("T", " "), moment["sentence"])
    console.print(table)


async def _together(works: Iterable[Awaitable[None]]) -> None:
    slots = asyncio.Semaphore(CONNECTIONS)

    async def one(work: Awaitable[None]) -> None:
        async with slots:
            await work

    await asyncio.gather(*(one(work) for work in works))
