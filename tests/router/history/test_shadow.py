"""The shadow model: its choices are counted and change nothing."""

from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY as METRICS

from chassis.project.from_store import StoreProjection
from router.history import shadow
from router.placement.context import PlacementContext
from router.placement.views import METADATA
from router.reading.reader import ComplaintReading, Reader
from schemas.complaint.state import Complaint
from schemas.events.agency_inbox import ComplaintAcknowledged
from schemas.events.intake import PersonalDataErased
from support.placing import CITY, HERE, PROVINCE, T0, Country, filed, referred, returned, routed

ONE, TWO, THREE = UUID(int=101), UUID(int=102), UUID(int=103)


class Deaf(Reader):
    """A reader that finds no sector."""

    def __init__(self, known: Reader) -> None:
        self.__dict__.update(known.__dict__)

    def read(self, state: Complaint) -> ComplaintReading:
        found = super().read(state)
        return found._replace(words=found.words._replace(sector=None, alternatives=()))


def feed(land: Country, model: str, deaf: bool) -> StoreProjection:
    router = land.router

    def read_with(known: PlacementContext) -> Reader:
        return Deaf(known.reader) if deaf else known.reader

    view = shadow.shadow_view(router.repository, router.placement_context, model, read_with)
    return StoreProjection(router.repository.store, router.database, METADATA, view)


async def tally(land: Country, model: str) -> dict[str, Any]:
    return await land.router.database.read(lambda connection: shadow.tally(connection, model))


async def placed(land: Country) -> None:
    for complaint in (ONE, TWO):
        await land.add(complaint, filed(**HERE))
    await land.react(ONE, TWO)
    await land.add(ONE, ComplaintAcknowledged(at=T0, agency=CITY))


async def test_a_shadow_that_reads_alike_agrees_and_one_that_understands_nothing_does_not(land: Country):
    await placed(land)
    before = (await land.router.repository.store.read_all(None)).position
    for model, deaf in (("like", False), ("deaf", True)):
        await feed(land, model, deaf).catch_up()
    assert (await land.router.repository.store.read_all(None)).position == before
    like, other = await tally(land, "like"), await tally(land, "deaf")
    assert (like["choices"], like["disagreements"], like["where"]) == (2, 0, [])
    assert (other["choices"], other["disagreements"]) == (2, 2)
    assert (other["held_by_the_live_choice"], other["held_by_the_shadow_choice"]) == (2, 0)
    assert other["where"] == [{"live": CITY, "shadow": "desk", "complaints": 2}]


async def test_each_choice_is_counted_once_however_often_it_is_read(land: Country):
    await placed(land)
    for _ in range(2):
        await feed(land, "again", deaf=True).catch_up()
    assert (await tally(land, "again"))["choices"] == 2


async def test_the_shadow_sees_what_had_been_said_and_given_back_by_then(land: Country):
    await land.add(ONE, filed(**HERE))
    await land.react(ONE)
    await land.add(ONE, returned(CITY))
    await land.react(ONE)
    await feed(land, "then", deaf=False).catch_up()
    assert (await tally(land, "then"))["disagreements"] == 0
    assert (await land.state(ONE)).agency == PROVINCE


async def test_what_people_chose_and_what_is_forgotten_is_not_the_shadows_to_judge(land: Country):
    await land.add(ONE, filed(**HERE), referred(), routed(CITY, cause="desk"))
    await land.add(TWO, filed(**HERE), routed(CITY), PersonalDataErased(at=T0))
    await land.router.feed.catch_up()
    await feed(land, "people", deaf=False).catch_up()
    told = await tally(land, "people")
    assert (told["choices"], told["where"]) == (1, [{"live": "desk", "shadow": CITY, "complaints": 1}])


async def test_disagreements_are_a_metric(land: Country):
    await placed(land)
    await feed(land, "metric", deaf=True).catch_up()
    labels = {"model": "metric", "agrees": "no"}
    assert METRICS.get_sample_value("satupintu_shadow_choices_total", labels) == pytest.approx(2)
