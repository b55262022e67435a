"""Replay of a whole store and its training labels. Nothing is written."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pyarrow.parquet as pq

from router.history import replay as replays
from router.history.other_policies import policies_of
from router.history.replay_files import replay_rows, write_report
from router.reading.reader import ComplaintReading, Reader, reader
from schemas.base.values import Level
from schemas.complaint.state import Complaint
from schemas.events.agency_inbox import ComplaintAcknowledged, ResponseGiven
from schemas.events.intake import PersonalDataErased
from schemas.events.registry import MandateWithdrawn
from schemas.reference.load import policies, policies_folder
from schemas.registry.fold import Registry
from support.placing import (
    BASIS,
    CITY,
    HERE,
    PROVINCE,
    REGENCY,
    T0,
    Country,
    filed,
    mandate,
    referred,
    returned,
    routed,
)

ONE, TWO, THREE = UUID(int=101), UUID(int=102), UUID(int=103)
DAY = timedelta(days=1)


class Deaf(Reader):
    """A reader that finds no sector."""

    def __init__(self, known: Reader) -> None:
        self.__dict__.update(known.__dict__)

    def read(self, state: Complaint) -> ComplaintReading:
        found = super().read(state)
        return found._replace(words=found.words._replace(sector=None, alternatives=()))


def deaf(registry: Registry) -> Reader:
    return Deaf(reader(registry))


async def history(land: Country) -> None:
    """One accepted at once, one returned, one erased."""
    await land.add(ONE, filed(**HERE))
    await land.react(ONE)
    await land.add(ONE, ComplaintAcknowledged(at=T0 + DAY, agency=CITY))
    await land.add(TWO, filed(**HERE), routed(PROVINCE), returned(PROVINCE, 2), routed(CITY, T0 + 3 * DAY))
    await land.add(TWO, ComplaintAcknowledged(at=T0 + 4 * DAY, agency=CITY))
    await land.add(THREE, filed(**HERE), routed(CITY), PersonalDataErased(at=T0))


async def replayed(land: Country, read: Callable[[Registry], Reader] = reader, **more: object) -> dict[str, object]:
    repository = land.router.repository
    before = (await repository.store.read_all(None, limit=10_000)).position
    position = before or 0
    lab = replays.Lab(read, policies(), position, T0 + 30 * DAY)._replace(**more)  # type: ignore[arg-type]
    told = await replays.replay(repository, lab)
    assert (await repository.store.read_all(None, limit=10_000)).position == before
    return told


async def test_the_present_rules_over_history_avoid_the_return_and_leave_the_rest_as_it_was(land: Country):
    await history(land)
    told = await replayed(land)
    assert (told["complaints"], told["not_replayed"], told["first_holder_changed"]) == (2, 1, 1)
    assert told["returns"] == {"before": 1, "after": 0, "avoided": 1}
    days = told["days_saved"]
    assert (days["total"], days["complaints"], days["median"]) == (3.0, 1, 3.0)  # type: ignore[index]
    assert told["right_at_once"] == {"before": 1, "after": 2}


async def test_a_model_that_understands_nothing_sends_all_to_the_desk(land: Country):
    await history(land)
    told = await replayed(land, deaf)
    assert told["to_the_desk"] == {"before": 0, "after": 2}
    assert told["now_wrong"] == 1


async def test_each_complaint_is_asked_at_the_registry_of_its_day_unless_a_day_is_named(land: Country):
    await history(land)
    gone = MandateWithdrawn(
        at=T0 + 9 * DAY, agency=CITY, sector="roads", level="regency", region="32.73", valid_until=T0.date()
    )
    await land.decree(gone, mandate(REGENCY, "roads", "regency", "32.73", at=T0 + 9 * DAY))
    assert (await replayed(land))["first_holder_changed"] == 1
    assert (await replayed(land, registry_at=T0 + 10 * DAY))["first_holder_changed"] == 2
    assert (await replayed(land, registry_at=T0 - DAY))["to_the_desk"] == {"before": 0, "after": 2}


async def test_only_what_was_filed_since_a_day_if_one_is_named(land: Country):
    await history(land)
    await land.add(UUID(int=104), filed(at=T0 + 5 * DAY, **HERE), referred())
    assert (await replayed(land, since=T0 + 4 * DAY))["complaints"] == 1


async def test_a_ruling_guides_what_was_filed_after_it_and_nothing_before(land: Country):
    await history(land)
    like = BASIS.model_copy(update={"sector": "roads", "level": Level.REGENCY, "region": "32.73"})
    ruled = routed(REGENCY, T0 + 5 * DAY, cause="binding", binding=True, basis=like)
    await land.add(UUID(int=104), filed(**HERE), ruled)
    await land.add(UUID(int=105), filed(at=T0 + 6 * DAY, **HERE), routed(CITY, T0 + 6 * DAY))
    changes = (await replayed(land))["changes"]
    assert {"from": CITY, "to": REGENCY, "complaints": 1} in changes
    assert {"from": PROVINCE, "to": CITY, "complaints": 1} in changes


async def test_history_teaches_in_the_order_of_filing_and_forgets_what_was_erased(land: Country):
    await history(land)
    training_examples = [each async for each in replays.examples(land.router.repository)]
    assert [(each.agency, each.sector, each.source, each.right) for each in training_examples] == [
        (CITY, "roads", "kept", True),
        (CITY, "roads", "kept", True),
        (PROVINCE, "roads", "returned", False),
    ]


async def test_a_replay_up_to_a_position_can_be_repeated(land: Country):
    await history(land)
    position = (await land.router.repository.store.read_all(None, limit=10_000)).position
    first = await replayed(land)
    await land.add(UUID(int=104), filed(at=T0 + 5 * DAY, **HERE), referred())
    await land.add(TWO, returned(CITY, 20))
    assert await replayed(land, until=position) == first


async def test_another_policy_meets_and_misses_other_dates(land: Country, tmp_path: Path):
    await history(land)
    await land.add(ONE, ResponseGiven(at=T0 + 6 * DAY, agency=CITY, text="selesai"))
    content = json.loads(next(policies_folder().glob("*.json")).read_text())
    [rule] = [each for each in content["rules"] if each["name"] == "settle.complaint"]
    rule["amount"] = 2
    file = tmp_path / "strict.json"
    file.write_text(json.dumps(content))
    told = await replayed(land, other=policies_of(file), now=T0 + 7 * DAY)
    assert told["deadlines"] == {
        "before": {"on_time": 1, "late": 0, "waiting": 2},
        "after": {"on_time": 0, "late": 3, "waiting": 0},
        "met_instead": 0,
        "missed_instead": 3,
    }


async def test_a_replay_is_written_as_rows_and_as_a_page(land: Country, tmp_path: Path):
    await history(land)
    repository = land.router.repository
    lab = replays.Lab(deaf, policies(), 10_000, T0 + 30 * DAY)
    with replay_rows(tmp_path / "replay.parquet") as add:
        told = await replays.replay(repository, lab, add)
    write_report(tmp_path, {"model": "<live>", "registry": "of each day", "policies": None, **told})

    rows = pq.read_table(tmp_path / "replay.parquet").to_pylist()
    assert [(row["first_was"], row["first_would_be"], row["desk_time_unknown"]) for row in rows] == [
        (CITY, "desk", True), (PROVINCE, "desk", True), (None, None, None),
    ]  # fmt: skip
    page = (tmp_path / "replay.html").read_text()
    assert "Complaints whose time at the desk is unknown" in page
    assert "&lt;live&gt;" in page
