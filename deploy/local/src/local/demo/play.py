"""`make demo`: a few hundred complaints, agencies that answer, return, ask or ignore, and time that passes.

Everything is done and read back over HTTP, except for the test clock, which is a file.
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
from chassis.base.settings import BadSetting, read_settings
from local.bulk.client import CONNECTIONS, Unreachable, open_session, request
from local.demo.story import FrontDoor, Json, LongStory, StepTimeout
from local.demo.texts import complaints
from local.errors import CannotRun
from local.issuer.session import as_demo_people
from schemas.base.ids import derived_id

console: Final = Console(highlight=False)
ANSWER: Final = "Terima kasih. Petugas kami telah memeriksa dan menyelesaikan pekerjaan di lokasi yang Anda laporkan."
ENDINGS: Final = ("confirmed", "silence", "incomplete", "archived", "withdrawn", "erased")
PAGES: Final = 20
SETTLE_LIMIT_S: Final = 90.0

Scenario = Callable[["DemoSession", str, str], Awaitable[None]]
"""What happens to one complaint, given the session, the agency and the complaint's id."""


class DemoSession(FrontDoor):
    """The front door, and the tracking code of each complaint of the demonstration."""

    def __init__(self, session: aiohttp.ClientSession, run: str) -> None:
        super().__init__(session, "demo", run, _print_refusal)
        self.codes = dict[str, str]()

    async def reporter(self, complaint: str, action: str, **body: Any) -> None:
        """A reporter's action."""
        await self.post(f"/api/v1/complaints/{self.codes[complaint]}/{action}", **body)


def _print_refusal(problem: Json) -> None:
    console.print(f"  refused ({problem.get('code')}): {problem.get('detail')}")


async def confirmed(door: DemoSession, agency: str, complaint: str) -> None:
    """Acknowledged, worked on, answered; the reporter confirms."""
    await door.agency(agency, complaint, "acknowledgement")
    await door.agency(agency, complaint, "progress", text="Petugas sudah dijadwalkan ke lokasi.")
    await door.respond(agency, complaint, ANSWER)
    await door.reporter(complaint, "confirmation", rating=5, words="Terima kasih, sudah beres.")


async def silent(door: DemoSession, agency: str, complaint: str) -> None:
    """Answered; the reporter does not react, so a deadline closes it."""
    await door.agency(agency, complaint, "acknowledgement")
    await door.respond(agency, complaint, ANSWER)


async def disputed(door: DemoSession, agency: str, complaint: str) -> None:
    """Answered; the reporter disputes it; answered again; confirmed."""
    await door.respond(agency, complaint, ANSWER)
    await door.reporter(complaint, "dispute", reason="Belum selesai, masih seperti semula.")
    await door.respond(agency, complaint, ANSWER)
    await door.reporter(complaint, "confirmation", rating=3)


async def returned(door: DemoSession, agency: str, complaint: str) -> None:
    """The agency returns it to the router with a reason."""
    await door.agency(agency, complaint, "return", reason="Lokasi ini bukan kewenangan kami.")


async def asks(door: DemoSession, agency: str, complaint: str) -> None:
    """The agency asks the reporter, who answers; then answered and confirmed."""
    await door.agency(agency, complaint, "clarification", question="Mohon sebutkan patokan lokasinya?")
    await door.reporter(complaint, "details", text="Di seberang warung, dekat tiang nomor tiga.")
    await door.respond(agency, complaint, ANSWER)
    await door.reporter(complaint, "confirmation", rating=4)


async def unanswered(door: DemoSession, agency: str, complaint: str) -> None:
    """The agency asks the reporter, who never answers; it is closed as incomplete."""
    await door.agency(agency, complaint, "clarification", question="Mohon kirim nomor pelanggan Anda?")


async def withdrawn(door: DemoSession, _agency: str, complaint: str) -> None:
    """The reporter withdraws it."""
    await door.reporter(complaint, "withdrawal", reason="Sudah diperbaiki warga sendiri.")


async def erased(door: DemoSession, _agency: str, complaint: str) -> None:
    """The reporter has the personal data erased."""
    await door.reporter(complaint, "erasure")


async def ignored(_door: DemoSession, _agency: str, _complaint: str) -> None:
    """The agency does nothing; the complaint is escalated."""


SCENARIOS: Final[tuple[Scenario, ...]] = (
    confirmed, silent, disputed, returned, asks, unanswered, withdrawn, erased, ignored, confirmed,
)  # fmt: skip


def demo(address: str | None = None, clock_file: Path = Path("var/clock"), run: str = "demo") -> None:
    """Play the demonstration against a running platform (`make run`). The same --run name files nothing twice."""
    try:
        asyncio.run(_demo(address or f"http://127.0.0.1:{read_settings().port}", clock_file, run))
    except (Unreachable, CannotRun, BadSetting, OSError) as error:
        console.print(f"{error}. Is `make run` running in another window?")
        raise typer.Exit(1) from error
    except StepTimeout as error:
        console.print(f"[red]the long story stopped: {error}[/red]")
        raise typer.Exit(1) from error


async def _demo(address: str, clock_file: Path, run: str) -> None:
    async with open_session(address, middlewares=(as_demo_people(address),)) as session:
        door = DemoSession(session, run)
        console.rule("filing")
        await _file(door)
        console.rule("agencies and the desk at work")
        await _at_desk(door)
        await _play(door)
        for weeks in (3, 3, 3):
            moved = advance(clock_file, timedelta(weeks=weeks))
            console.rule(f"{weeks} weeks pass (the clock is now {moved.days} days ahead)")
            await _wait_settled(door)
        console.rule("one complaint through every office")
        story = await LongStory(session, clock_file, run, console.print).play()
        _print_story("through every office", story)
        for due in story["due"]:
            console.print(due["explanation"])
        await _wait_settled(door)
        console.rule("read back")
        await _read_back(door)


async def _file(door: DemoSession) -> None:
    where: Counter[str] = Counter()

    async def one(index: int, body: Json) -> None:
        key = str(derived_id("demo", door.run, str(index)))
        _, _, answer = await request(door.session, "POST", "/api/v1/complaints", body, key)
        door.codes[answer["id"]] = answer["tracking_code"]
        where[await _placed(door, answer["tracking_code"])] += 1

    await _together(one(index, body) for index, body in enumerate(complaints()))
    console.print(f"{where.total()} complaints: " + ", ".join(f"{count} {name}" for name, count in where.most_common()))


async def _placed(door: DemoSession, code: str) -> str:
    while True:
        status = str((await door.get(f"/api/v1/complaints/{code}"))["status"])
        if status != "unplaced":
            return status
        await asyncio.sleep(0.2)


async def _at_desk(door: DemoSession) -> None:
    mine = [row for row in await _pages(door, "/api/v1/triage?") if row["id"] in door.codes]
    moves = Counter([await _move(door, index, str(row["id"])) for index, row in enumerate(mine)])
    console.print(
        f"the desk had {len(mine)} complaints: " + ", ".join(f"{n} {name}" for name, n in moves.most_common())
    )


async def _move(door: DemoSession, index: int, complaint: str) -> str:
    """Acts as the triage desk: follow the model's likeliest sector, else ask the reporter or archive."""
    case = await door.get(f"/api/v1/triage/{complaint}")
    likely = [each for each in case["candidates"] if each["reason"] == "sector"]
    if likely:
        body = {"agency": likely[0]["agency"], "unit": likely[0]["unit"]}
        await door.post(f"/api/v1/triage/{complaint}/placement", **body)
        return "placed"
    if index % 2:
        note = "Mohon ajukan kembali dengan menyebut tempat dan masalahnya."
        await door.post(f"/api/v1/triage/{complaint}/archive", reason="unintelligible", note=note)
        return "archived"
    await door.post(f"/api/v1/triage/{complaint}/question", question="Apa dan di mana masalahnya?")
    return "asked about"


async def _play(door: DemoSession) -> None:
    plays: Counter[str] = Counter()

    async def one(index: int, agency: str, row: Json) -> None:
        play = SCENARIOS[index % len(SCENARIOS)]
        plays[play.__name__] += 1
        await play(door, agency, row["id"])

    held = [(agency, row) for agency in await _agencies(door) for row in await _inbox(door, agency)]
    held = [(agency, row) for agency, row in held if row["id"] in door.codes]
    await _together(one(index, agency, row) for index, (agency, row) in enumerate(held))
    console.print(", ".join(f"{count} {name}" for name, count in plays.most_common()))


async def _agencies(door: DemoSession) -> list[str]:
    holders = (await door.get("/api/v1/books"))["open"]
    return sorted(name.removeprefix("agency:") for name in holders if name.startswith("agency:"))


async def _inbox(door: DemoSession, agency: str) -> list[Json]:
    rows: list[Json] = []
    path = further = f"/api/v1/agencies/{agency}/inbox?status=routed"
    for _ in range(PAGES):
        got = await door.get(further)
        rows += got["complaints"]
        if got["next"] is None:
            break
        further = f"{path}&after={got['next']}"
    return rows


async def _pages(door: DemoSession, path: str) -> list[Json]:
    rows: list[Json] = []
    for page in range(PAGES):
        got = (await door.get(f"{path}page={page}"))["complaints"]
        rows += got
        if not got:
            break
    return rows


async def _wait_settled(door: DemoSession) -> None:
    """Wait until the sweeps have caught up with the moved clock: the books do not change for some seconds."""
    before, same, waited = None, 0, 0.0
    while same < 4 and waited < SETTLE_LIMIT_S:
        books = await door.get("/api/v1/books")
        same = same + 1 if books["position"] == before else 0
        before = books["position"]
        await asyncio.sleep(1.0)
        waited += 1.0


async def _read_back(door: DemoSession) -> None:
    books = await door.get("/api/v1/books")
    table = Table("", "complaints", title=f"the books at position {books['position']}")
    for name, count in (("filed", books["filed"]), *_lines(books)):
        table.add_row(name, str(count))
    table.add_row("balanced", "yes" if books["balanced"] else "NO")
    console.print(table)
    shown: set[str] = set()
    for code in door.codes.values():
        story = await door.get(f"/api/v1/complaints/{code}?lang=en")
        ending = story["closed_reason"] or (f"rung {story['rung']}" if story["rung"] else None)
        if ending and ending not in shown:
            shown.add(ending)
            _print_story(ending, story)
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


def _print_story(ending: str, story: Json) -> None:
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
