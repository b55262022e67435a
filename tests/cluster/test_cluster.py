"""The platform in containers: a complaint's whole way through the proxy, and faults under load after which the books
balance and nothing is lost or doubled.
"""

import asyncio
import logging
import time
from functools import partial
from typing import Final, NamedTuple
from uuid import uuid4  # noqa: TID251 - a client makes its own keys

import pytest

from cluster.containers import Containers
from cluster.faults import FAULTS, STOPPED_S, WITHIN_S, Fault
from cluster.people import Books, at_proxy, audited, session
from support.door import Door, until
from support.load import Load

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(3600)]
DARK: Final = "Lampu jalan padam semua sejak Senin, gelap gulita."
WORDS: Final = "Tim kami sudah mengganti lampu dan memeriksa seluruh jaringan di lokasi itu."
CITY: Final = "kota-bandung"
BODY: Final = {"text": DARK, "place": {"region": "32.73"}}
CLIENTS, PACE_S = 2, 0.5
WINDOW_S: Final = 10.0
RATE: Final = 0.5
"""Least part of the rate before a fault that must be there again after it."""
log = logging.getLogger(__name__)
table: list["Row"] = []


class Row(NamedTuple):
    """One line of the table that is printed at the end."""

    fault: str
    filed: int
    lost: int
    doubled: int
    balanced: bool
    recovered_s: float
    rate_before: float
    rate_after: float

    def __str__(self) -> str:
        return (
            f"{self.fault:34}{self.filed:7}{self.lost:6}{self.doubled:9}{'yes' if self.balanced else 'NO':>10}"
            f"{self.recovered_s:12.1f}{self.rate_before:9.2f}{self.rate_after:7.2f}"
        )


HEAD: Final = (
    f"{'fault':34}{'filed':>7}{'lost':>6}{'doubled':>9}{'balanced':>10}{'recovery s':>12}{'before/s':>9}{'after':>7}"
)


async def test_a_complaint_goes_its_whole_way(door: Door) -> None:
    filed = await door.file(DARK)
    code, complaint = filed["tracking_code"], filed["id"]
    await door.reaches(code, "routed", CITY)
    await until(lambda: _is_in_inbox(door, complaint), "the complaint in the inbox", within_s=WITHIN_S)
    await door.agency(CITY, complaint, "acknowledgement")
    await door.reaches(code, "in_progress")
    await door.answer(CITY, complaint, WORDS)
    await door.reaches(code, "answered")
    await door.reporter(code, "confirmation", rating=5, words="Terima kasih.")
    story = await door.reaches(code, "closed")
    assert story["closed_reason"] == "confirmed"
    assert [moment["type"] for moment in story["timeline"] if moment["type"] != "ComplaintClassified"] == [
        "ComplaintFiled", "ComplaintRouted", "ComplaintAcknowledged", "ResponseGiven", "ResolutionConfirmed",
    ]  # fmt: skip


async def test_a_page_shows_parts_of_other_services(containers: Containers) -> None:
    """The home page is intake's; the figures on it are reporting's, and come through the proxy."""
    async with session(containers) as opened:

        async def complete() -> bool:
            async with opened.get("/?lang=en") as answer:
                page = await answer.text()
                assert answer.status == 200, page
                return "cannot be shown" not in page

        # A part that comes late is left out, and is there on the next page.
        await until(complete, "the figures on the home page", within_s=WITHIN_S)
    await _each_service_answers(containers)


async def _each_service_answers(containers: Containers) -> None:
    pages = {"/lapor": 200, "/laporan": 200, "/statistik": 200, "/terabaikan": 200, "/petugas": 401, "/nowhere": 404}
    async with session(containers) as opened:
        for path, status in pages.items():
            async with opened.get(path, allow_redirects=False) as answer:
                assert answer.status in (status, 303), (path, await answer.text())


async def test_a_copy_is_made_while_all_runs(containers: Containers, door: Door) -> None:
    await door.file(DARK)
    made = await asyncio.to_thread(containers.operator, "backup", "/copies/first")
    assert "store" in made
    assert "vault" in made
    checked = await asyncio.to_thread(containers.operator, "backup", "--verify", "/copies/first")
    assert "/copies/first is as it was made" in checked
    assert "the secrets of this installation open it" in checked
    assert (containers.folder / "copies" / "first" / "SHA256SUMS").exists()


async def test_after_each_fault_nothing_is_lost_or_doubled_and_the_rate_is_back(containers: Containers) -> None:
    before = (await _sound(containers)).filed
    load = Load(containers.address, BODY, uuid4(), PACE_S, session=lambda: session(containers, 8))
    filing = asyncio.create_task(load.run(CLIENTS))
    try:
        for fault in FAULTS:
            row = await _suffer(fault, containers, load, before)
            table.append(row)
            log.info("%s", row)
    finally:
        load.stop.set()
        await filing
        log.info("\n%s\n%s", HEAD, "\n".join(map(str, table)))
    assert [row for row in table if row.lost or row.doubled or not row.balanced] == []


async def _suffer(fault: Fault, containers: Containers, load: Load, before: int) -> Row:
    usual = await _rate(load)
    log.info("%s: begins at %.2f filings a second", fault.name, usual)
    async with fault.befalls(containers):
        await asyncio.sleep(STOPPED_S)  # the fault's own length, not a wait for a result
    ended = time.monotonic()
    filed = dict(load.accepted)
    async with at_proxy(containers) as door:
        lost = await _placed(door, [entry.tracking_code for entry in filed.values()])
    recovered = time.monotonic() - ended
    rate = 0.0

    async def is_back() -> bool:
        nonlocal rate
        rate = await _rate(load)
        return rate >= RATE * usual

    await until(is_back, f"{RATE * usual:.1f} filings a second again", within_s=WITHIN_S)
    # Filing goes on meanwhile, so the store holds at least what was answered before and at most what is answered after.
    known = len(load.accepted)
    books = await _sound(containers)
    doubled = max(0, books.filed - before - len(load.accepted) - CLIENTS)
    missing = max(0, known - (books.filed - before))
    return Row(fault.name, known, max(lost, missing), doubled, books.sound, recovered, usual, rate)


async def _placed(door: Door, codes: list[str]) -> int:
    """Wait until every complaint is placed with a body. Returns how many are not known."""
    lost = 0
    for code in codes:
        async with door.session.get(f"/api/v1/complaints/{code}") as answer:
            lost += answer.status == 404
            placed = answer.status == 200 and (await answer.json())["status"] != "unplaced"
        if not placed and answer.status != 404:
            await until(partial(_is_placed, door, code), "a complaint placed", within_s=WITHIN_S)
    return lost


async def _is_placed(door: Door, code: str) -> bool:
    async with door.session.get(f"/api/v1/complaints/{code}") as answer:
        return answer.status == 200 and (await answer.json())["status"] != "unplaced"


async def _is_in_inbox(door: Door, complaint: str) -> bool:
    async with door.session.get(f"/api/v1/agencies/{CITY}/inbox/{complaint}") as answer:
        return answer.status == 200


async def _rate(load: Load) -> float:
    """Filings answered with success per second, over a window."""
    before = len(load.accepted)
    await asyncio.sleep(WINDOW_S)  # the length of the measurement
    return (len(load.accepted) - before) / WINDOW_S


async def _sound(containers: Containers) -> Books:
    """The audit once it finds nothing, or its last word after the limit."""
    end = time.monotonic() + WITHIN_S
    while not (books := await audited(containers)).sound and time.monotonic() < end:
        log.info("not sound yet: %s", books.text[-300:])
    if not books.sound:
        log.error("%s", books.text)
    return books
