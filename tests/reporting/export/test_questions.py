"""Each question of an analyst against a plain recount of random histories."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from reporting.analysis.database import Question, open_export, questions
from reporting.context import Reporting
from reporting.export.append import append_facts
from reporting.export.write_cases import CaseWalk, Until, write_cases
from schemas.complaint.fold import evolve
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import new
from schemas.events.agency_inbox import ComplaintAcknowledged, ComplaintReturned, ResponseGiven
from schemas.events.escalation import ComplaintEscalated
from schemas.events.registry import AgenciesMerged
from schemas.events.router import ComplaintRouted
from schemas.reference.load import policies
from schemas.registry.fold import Registry
from support import recount
from support.figures import fill
from support.inbox import T0, keep_registry
from support.lives import answered, filed, named, routed, write
from support.recount import Told

JAKARTA = ZoneInfo("Asia/Jakarta")
BY_NAME = {each.name: each for each in questions()}


class World(NamedTuple):
    every: list[Told]
    """Complaints and parts."""
    told: list[Told]
    """Complaints alone."""
    registry: Registry
    now: datetime
    ask: Callable[[str], list[dict[str, Any]]]

    def outcome(self, each: Told) -> str | None:
        return recount.timely(each, self.registry, self.now)

    def share(self, by: Callable[[Told], str | None]) -> dict[str | None, tuple[int, int]]:
        """Decided and late, by a property."""
        decided = Counter(by(t) for t in self.told if self.outcome(t) in ("on_time", "late"))
        late = Counter(by(t) for t in self.told if self.outcome(t) == "late")
        return {name: (decided[name], late[name]) for name in {by(t) for t in self.told} if name is not None}


@pytest.fixture
async def world(reporting: Reporting, tmp_path: Path) -> AsyncIterator[World]:
    histories = await fill(reporting, Random(11), 150)
    store = reporting.repository.store
    manifest = await append_facts(store, tmp_path)
    await write_cases(tmp_path, manifest, CaseWalk(store, policies(), Until(manifest.position)))
    every = recount.everything(histories)
    told = [each for each in every if each.state.whole is None]
    now = max(each.fact.at for one in every for each in one.history)
    with open_export(tmp_path, now) as database:

        def ask(name: str) -> list[dict[str, Any]]:
            found = database.execute(BY_NAME[name].sql)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

        yield World(every, told, await reporting.registry.current(), now, ask)


def holdings(each: Told) -> list[tuple[str, str | None, datetime, datetime | None]]:
    """Kind, agency, begin and end of each period with one holder."""
    found, state = list[tuple[str, str | None, datetime, datetime | None]](), new(each.state.id)
    for fact in each.history:
        before, state = state, evolve(state, fact)
        if not found or before.holder[:2] != state.holder[:2]:
            if found:
                found[-1] = (*found[-1][:3], fact.fact.at)
            found.append((state.holder.kind.value, state.holder.agency, fact.fact.at, None))
    return found


async def test_shares_on_time(world: World) -> None:
    for name, column, by in (
        ("01_on_time_share", "class", lambda t: t.state.class_.value),
        ("02_on_time_by_sector", "sector", lambda t: t.state.sector),
        ("03_on_time_by_level", "level", lambda t: t.state.routed and t.state.routed.basis.level),
        ("04_on_time_by_region", "province", lambda t: t.region and t.region[:2]),
    ):
        rows = world.ask(name)
        expected = world.share(by)
        assert rows
        assert {r[column]: (r.get("decided", r["late"] + r.get("on_time", 0)), r["late"]) for r in rows} == expected
        for row in rows:
            decided, late = expected[row[column]]
            assert row["on_time_share"] == (pytest.approx(1 - late / decided) if decided >= 10 else None)


async def test_returns(world: World) -> None:
    expected = Counter[tuple[str, str]]()
    for each in world.every:
        spells = holdings(each)
        for fact in (f.fact for f in each.history):
            if isinstance(fact, ComplaintReturned) and fact.scope == "agency":
                later = (s for s in spells if s[2] >= fact.at and s[0] != "router" and s[1] != fact.agency)
                found = next(later, None)
                expected[fact.agency, (found[1] or found[0]) if found else "router"] += 1
    rows = world.ask("05_who_returns_to_whom")

    assert expected
    assert {(r["agency"], r["next_holder"]): r["times"] for r in rows} == expected
    times = Counter(spell[1] for each in world.every for spell in holdings(each) if spell[1])
    gave = Counter(agency for (agency, _), n in expected.items() for _ in range(n))
    assert {r["agency"]: (r["times"], r["returned"]) for r in world.ask("14_share_returned")} == {
        agency: (n, gave[agency]) for agency, n in times.items()
    }


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("06_time_to_first_holder", (ComplaintRouted,)),
        ("07_time_to_acknowledgement", (ComplaintAcknowledged, ResponseGiven)),
        ("08_time_to_answer", (ResponseGiven,)),
    ],
)
async def test_survival_with_open_cases(world: World, name: str, kinds: tuple[type, ...]) -> None:
    waits = list[tuple[int, bool]]()
    for each in world.told:
        ended = each.state.closed_at if each.closed else None
        ended = each.state.stage.at if each.state.status is Status.JOINED else ended
        reached = each.at(*kinds)
        days = int(((reached or ended or world.now) - each.state.received_at).total_seconds() // 86_400)
        waits.append((days, reached is not None))
    share, expected = 1.0, list[tuple[int, int, int, float]]()
    for day in sorted({d for d, hit in waits if hit}):
        at_risk, hits = sum(d >= day for d, _ in waits), sum(d == day and hit for d, hit in waits)
        share *= 1 - hits / at_risk
        expected.append((day, at_risk, hits, share))

    rows = world.ask(name)

    assert [(r["day"], r["at_risk"], r["reached"]) for r in rows] == [each[:3] for each in expected]
    assert [r["share_waiting"] for r in rows] == pytest.approx([each[3] for each in expected])


async def test_endings_ladder_disputes_and_backlog(world: World) -> None:
    closed = Counter(t.state.closed.value for t in world.told if t.state.closed and t.closed)
    assert {r["ending"]: r["closed"] for r in world.ask("09_silence_is_not_consent")} == closed

    reached = {(t.state.id, f.fact.rung, f.fact.cause) for t in world.every for f in t.history
               if isinstance(f.fact, ComplaintEscalated)}  # fmt: skip
    rungs = Counter((rung, cause) for _, rung, cause in reached)
    assert {(r["rung"], r["cause"]): r["complaints"] for r in world.ask("16_ladder")} == rungs

    answered = [t for t in world.told if t.at(ResponseGiven)]
    disputed = Counter(t.agency for t in answered if t.state.disputes)
    assert {r["agency"]: (r["answered"], r["disputed"]) for r in world.ask("15_disputed_answers")} == {
        agency: (n, disputed[agency]) for agency, n in Counter(t.agency for t in answered).items()
    }

    received = Counter(t.state.received_at.astimezone(JAKARTA).date().replace(day=1) for t in world.told)
    rows = world.ask("20_filed_and_closed")
    assert {r["month"]: r["received"] for r in rows if r["received"]} == received
    assert rows[-1]["open_at_end"] == sum(recount.is_open(t) for t in world.told)


async def test_open_ones_the_desk_and_the_arbiter(world: World) -> None:
    rows = world.ask("18_open_by_holder_and_age")
    assert {r["holder"]: r["total"] for r in rows} == Counter(
        str(t.state.holder) for t in world.told if recount.is_open(t)
    )
    old = sum(recount.is_open(t) and world.now - t.state.received_at >= timedelta(days=90) for t in world.told)
    assert sum(r["older"] for r in rows) == old

    desk = [spell for t in world.every for spell in holdings(t) if spell[0] == "desk"]
    assert {r["hour"]: r["referred"] for r in world.ask("12_desk_load_by_hour")} == Counter(
        spell[2].astimezone(JAKARTA).hour for spell in desk
    )

    arbiter = [spell for t in world.every for spell in holdings(t) if spell[0] == "arbiter"]
    [row] = world.ask("19_arbitration")
    assert (row["opened"], row["decided"]) == (len(arbiter), sum(spell[3] is not None for spell in arbiter))
    days = [(spell[3] - spell[2]).total_seconds() / 86_400 for spell in arbiter if spell[3]]
    assert row["median_days"] == (pytest.approx(median(days)) if days else None)


async def test_stops_repeats_and_regions(world: World) -> None:
    stops = [stop for t in world.told for stop in t.state.stops]
    rows = world.ask("17_waiting_for_reporters")
    assert {r["agency"]: r["questions"] for r in rows} == Counter(stop.holder.agency for stop in stops)
    assert sum(r["answered"] for r in rows) == sum(stop.ended_at is not None for stop in stops)

    back = Counter[tuple[str, str]]()
    for later in world.told:
        if later.state.status is not Status.JOINED and any(
            each is not later and each.closed and each.region == later.region and each.state.sector == later.state.sector
            and each.state.closed_at
            and timedelta() < later.state.received_at - each.state.closed_at <= timedelta(days=90)
            for each in world.told
        ):  # fmt: skip
            back[later.region or "", later.state.sector or ""] += 1
    expected = {key: n for key, n in back.items() if all(key)}
    assert {(r["region"], r["sector"]): r["came_back"] for r in world.ask("10_repeated_at_one_spot")} == expected

    shares = world.share(lambda t: t.region and t.region[:2])
    rows = world.ask("13_fairness_between_regions")
    assert {r["province"] for r in rows} == {name for name, (decided, _) in shares.items() if decided >= 10}


def test_every_question_says_what_it_asks_and_how_it_counts() -> None:
    assert len(BY_NAME) == 20
    for each in BY_NAME.values():
        assert isinstance(each, Question)
        assert each.asked.endswith("?")
        assert each.formula.endswith(".")


async def test_a_merger_is_seen_before_and_after(reporting: Reporting, tmp_path: Path) -> None:
    store, repository = reporting.repository.store, reporting.repository
    await keep_registry(store, repository)
    for number, days in enumerate((0, 5, 40)):
        at = T0 + timedelta(days=days)
        facts = filed(number + 1, at=at, received_at=at), routed(days * 24 + 1), answered(days * 24 + 49)
        await write(repository, named(str(number)), *facts)
    merged = AgenciesMerged(
        at=T0 + timedelta(days=20), agencies=("kota-bandung",), successor="provinsi-jawa-barat", reason="x"
    )
    await keep_registry(store, repository, merged)

    manifest = await append_facts(store, tmp_path)
    await write_cases(tmp_path, manifest, CaseWalk(store, policies(), Until(manifest.position)))

    with open_export(tmp_path) as database:
        rows = database.execute(BY_NAME["11_effect_of_a_merger"].sql).fetchall()
    assert rows == [
        ("provinsi-jawa-barat", "before", 2, 2, pytest.approx(49 / 24)),
        ("provinsi-jawa-barat", "after", 1, 1, pytest.approx(49 / 24)),
    ]
