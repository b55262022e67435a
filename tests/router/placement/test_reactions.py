"""The reaction, the sweep and the watchdog of router, with real read models."""

from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest

from chassis.base.clock import FixedClock
from chassis.base.message import Message
from chassis.deadletter.port import MemoryDeadLetters
from chassis.kafka.cloudevents import to_headers
from chassis.project.registry import RegistryView
from chassis.react.reaction import Guard
from router.context import Router
from router.placement.reaction import EVENT_TYPES
from router.registry import apply_seed
from router.registry.seed import first_registry
from schemas.base.ids import part_id
from schemas.base.streams import complaint_stream
from schemas.base.topics import COMPLAINT_EVENTS
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.events.intake import ComplaintWithdrawn
from schemas.events.registry import MandateWithdrawn
from schemas.events.router import ArbitrationDecided, ArbitrationOpened, ComplaintJoined, ComplaintSplit, Part
from support.placing import (
    CITY,
    HERE,
    PROVINCE,
    REGENCY,
    T0,
    Country,
    filed,
    mandate,
    merged,
    referred,
    returned,
    routed,
)

ONE, TWO = UUID(int=101), UUID(int=102)


def pass_time(router: Router, by: timedelta) -> None:
    assert isinstance(router.clock, FixedClock)
    router.clock.advance(by)


async def test_a_batch_of_complaints_is_placed_and_again_nothing_is_written(land: Country):
    complaints = [UUID(int=200 + n) for n in range(5)]
    for complaint in complaints:
        await land.add(complaint, filed(**HERE))
    await land.react(*complaints)
    before = (await land.router.repository.store.read_all(None)).position
    await land.react(*complaints)
    assert {(await land.state(each)).agency for each in complaints} == {CITY}
    assert (await land.router.repository.store.read_all(None)).position == before


async def test_a_mandate_given_before_a_complaint_was_filed_counts_for_it_at_once(land: Country):
    # Read just now, by the first complaint, and so as fresh as it would ever have to be for a page.
    land.router.placement_context.registry = RegistryView(land.router.repository, fresh_s=60)
    await land.add(ONE, filed(**HERE))
    await land.react(ONE)
    field = {"sector": "roads", "level": "regency", "region": "32.73"}
    ended = MandateWithdrawn.model_validate({"at": T0, "agency": CITY, "valid_until": date(2020, 1, 1), **field})
    await land.decree(ended, mandate(PROVINCE, **field))
    await land.add(TWO, filed(**HERE))
    await land.react(TWO)
    assert [(await land.state(each)).agency for each in (ONE, TWO)] == [CITY, PROVINCE]


async def test_the_guard_places_what_a_message_tells_of(land: Country):
    await land.add(ONE, filed(**HERE))
    [event] = await land.router.repository.store.read(complaint_stream(ONE))
    message = Message(COMPLAINT_EVENTS, 0, 0, str(ONE).encode(), event.data, tuple(to_headers(event)))
    letters = MemoryDeadLetters()
    await Guard(land.router.repository, land.router.reaction, letters, event_types=EVENT_TYPES)([message])
    assert (await land.state(ONE)).agency == CITY
    assert letters.letters == []


async def test_what_the_agent_missed_is_placed_by_the_sweep_after_its_grace(land: Country):
    await land.add(ONE, filed(**HERE))
    await land.router.sweep.feed()
    assert await land.router.sweep.once() == 0
    pass_time(land.router, timedelta(seconds=31))
    assert await land.router.sweep.once() == 1
    assert (await land.state(ONE)).agency == CITY
    assert await land.router.sweep.rows() == []


async def test_what_cannot_even_be_read_goes_to_the_desk_when_forwarding_is_overdue(
    land: Country, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise RuntimeError("unreadable")

    monkeypatch.setattr("router.placement.policy.choose", broken)
    await land.add(ONE, filed(**HERE))
    pass_time(land.router, timedelta(days=7))
    await land.react(ONE)
    state = await land.state(ONE)
    assert state.status is Status.TRIAGE
    assert state.referred is not None
    assert state.referred.reason == "overdue"


async def test_a_decision_of_the_arbiter_that_was_not_routed_is_routed_by_the_sweep_and_guides_the_like(
    land: Country, web: httpx.AsyncClient
):
    await land.add(ONE, filed(**HERE))
    await land.react(ONE)
    await land.add(ONE, returned(CITY, suggested=None))
    await land.react(ONE)
    await land.add(ONE, returned(PROVINCE, 2), referred(), ArbitrationOpened(at=T0, reason="desk"))
    await land.add(ONE, ArbitrationDecided(at=T0, agency=REGENCY, reason="batas wilayah"))
    await land.router.sweep.feed()
    pass_time(land.router, timedelta(days=9))
    await land.router.sweep.once()
    await land.router.feed.catch_up()
    state = await land.state(ONE)
    assert (state.agency, state.binding) == (REGENCY, True)
    await land.add(TWO, filed(**HERE))
    await land.react(TWO)
    like = await land.state(TWO)
    assert like.agency == REGENCY
    assert like.routed is not None
    assert (like.routed.cause, like.routed.basis.precedent) == ("precedent", str(ONE))
    listed = (await web.get("/api/v1/precedents", params={"lang": "en"})).json()["precedents"]
    told = {"agency": REGENCY, "reason": "batas wilayah", "complaint": str(ONE)}
    assert [(one["sector"], one["level"], one["region"], told.items() <= one.items()) for one in listed] == [
        ("roads", "regency", "32.73", True)
    ]


async def whole_with_parts(land: Country) -> list[UUID]:
    parts = tuple(Part(id=part_id(ONE, TWO, n), agency=a, task=f"tugas {a}") for n, a in enumerate(["pln", PROVINCE]))
    await land.add(ONE, filed(**HERE), routed(CITY), ComplaintSplit(at=T0, parts=parts))
    return [part.id for part in parts]


@pytest.mark.parametrize("by_agent", [True, False])
async def test_parts_get_their_streams_from_the_agent_or_else_from_the_watchdog(land: Country, by_agent: bool):
    parts = await whole_with_parts(land)
    await land.router.feed.catch_up()
    for _ in range(2):
        await (land.react(ONE) if by_agent else land.router.watchdog.once())
    await land.router.feed.catch_up()
    opened = [await land.state(part) for part in parts]
    assert [(part.agency, part.whole, part.task) for part in opened] == [
        ("pln", ONE, "tugas pln"),
        (PROVINCE, ONE, f"tugas {PROVINCE}"),
    ]
    assert {part.version for part in opened} == {1}
    assert await land.router.watchdog.once() == 0


async def test_a_whole_that_was_taken_back_opens_no_parts(land: Country):
    parts = await whole_with_parts(land)
    await land.add(ONE, ComplaintWithdrawn(at=T0))
    await land.react(ONE)
    assert await land.router.watchdog.once() == 0
    assert [(await land.state(part)).version for part in parts] == [-1, -1]


@pytest.mark.parametrize("lead_first", [True, False])
async def test_followers_of_a_lead_that_ends_are_let_go_and_placed(land: Country, lead_first: bool):
    await land.add(ONE, filed(**HERE), routed(CITY))
    join = (TWO, filed(**HERE), referred(), ComplaintJoined(at=T0, lead=ONE))
    end = (ONE, ComplaintWithdrawn(at=T0))
    for complaint, *facts in (end, join) if lead_first else (join, end):
        await land.add(complaint, *facts)
    await land.router.feed.catch_up()
    assert await land.router.watchdog.once() == 1
    assert (await land.state(TWO)).status is Status.UNPLACED
    await land.react(TWO)
    assert (await land.state(TWO)).agency == CITY
    assert await land.router.watchdog.once() == 0


async def test_followers_of_a_lead_that_goes_on_stay(land: Country):
    await land.add(ONE, filed(**HERE), routed(CITY))
    await land.add(TWO, filed(**HERE), referred(), ComplaintJoined(at=T0, lead=ONE))
    await land.router.feed.catch_up()
    assert await land.router.watchdog.once() == 0


async def test_after_a_merger_every_complaint_says_its_new_holder_once(land: Country):
    await land.add(ONE, filed(**HERE), routed(CITY))
    await land.add(TWO, filed(**HERE), routed(CITY), ComplaintWithdrawn(at=T0))
    await land.decree(merged(CITY, successor=REGENCY))
    await land.router.feed.catch_up()
    assert await land.router.watchdog.once() == 1
    await land.router.feed.catch_up()
    assert await land.router.watchdog.once() == 0
    assert (await land.state(ONE)).agency == REGENCY
    assert (await land.state(TWO)).closed is CloseReason.WITHDRAWN


async def test_the_first_registry_is_planted_once(router: Router):
    added = await apply_seed.apply_seed(router.repository, router.clock)
    assert added == (await router.repository.registry()).version + 1
    assert await apply_seed.apply_seed(router.repository, router.clock) == 0


async def test_in_the_first_registry_complaints_reach_their_bodies(router: Router):
    await apply_seed.apply_seed(router.repository, router.clock)
    land = Country(router)
    texts = {
        "Jalan berlubang di Kota Surabaya": "kota-surabaya",
        "Jalan berlubang di Kabupaten Bandung": "kabupaten-bandung",
        "Lampu jalan padam di Jakarta Selatan": "provinsi-daerah-khusus-ibukota-jakarta",
        "Pembuatan paspor di kantor imigrasi antre berjam-jam": "kemen-imipas",
        "Pungli pembuatan KTP di Kota Samarinda": "provinsi-kalimantan-timur",
    }
    for number, text in enumerate(texts):
        await land.add(UUID(int=300 + number), filed(text))
    await land.react(*[UUID(int=300 + number) for number in range(len(texts))])
    assert [(await land.state(UUID(int=300 + n))).agency for n in range(len(texts))] == list(texts.values())
    assert len(first_registry().bodies) > 200
