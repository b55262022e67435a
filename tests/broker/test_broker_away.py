"""After a broker outage of some seconds relay, agent and read model continue without loss."""

import asyncio
import gc
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from chassis.base.ports import Store
from chassis.deadletter.port import MemoryDeadLetters
from chassis.kafka.cloudevents import to_recorded
from chassis.kafka.verify import RecordVerifier
from chassis.project.from_kafka import KafkaProjection
from chassis.project.partition_checkpoints import checkpoint_table
from chassis.react.agent import Agent
from chassis.react.reaction import Guard, per_complaint
from chassis.relay.relay import Relay
from chassis.sql.database import Database
from chassis.write.repository import Repository
from local.kafka.server import KafkaServer
from schemas.base.topics import COMPLAINT_EVENTS, FIXED
from support.background_tasks import PlainKeys, file_many, note_once
from support.broker import committed, going, until
from support.lives_view import counted, define, lives
from support.stores import memory_store

# Python 3.11 leaves the socket of a refused connection to the garbage collector, which must run in this test.
pytestmark = [
    pytest.mark.broker,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
MANY, AWAY_S = 100, 4.0


async def noted(store: Store) -> int:
    """The complaints that the agent has reacted to."""
    return sum(event.type == "ProgressRecorded" for event in (await store.read_all(None, limit=10_000)).events)


async def test_relay_agent_and_read_model_go_on_when_the_broker_is_back(
    private_kafka: KafkaServer, tmp_path: Path
) -> None:
    store, letters, kafka, metadata = memory_store(), MemoryDeadLetters(), private_kafka.cluster, MetaData()
    checkpoint_table(metadata)
    [table] = define(metadata, "")
    database = Database(f"sqlite:///{tmp_path}/rows.db", metadata)
    guard = Guard(Repository(store, PlainKeys(), "agency_inbox"), per_complaint(note_once), letters)
    agent = Agent("awaytest", "reactions", [COMPLAINT_EVENTS], guard, kafka=kafka)
    projection = KafkaProjection(
        database, metadata, lives(), RecordVerifier(store), kafka=kafka, group="awaytest.views"
    )

    async def done(complaints: int) -> bool:
        return await noted(store) == complaints and await counted(database, table) == 2 * complaints

    async with going(Relay(store, kafka), agent, projection) as background_tasks:
        await file_many(store, MANY)
        await until(lambda: done(MANY))
        await asyncio.to_thread(private_kafka.kill)
        await file_many(store, MANY, start=MANY)
        await asyncio.sleep(AWAY_S)
        assert not any(road.done() for road in background_tasks)
        await asyncio.to_thread(private_kafka.start)
        await asyncio.to_thread(private_kafka.wait_ready)
        await until(lambda: done(2 * MANY), within_s=60)
        published = await committed(kafka, COMPLAINT_EVENTS, FIXED[COMPLAINT_EVENTS].partitions)
    assert sorted(to_recorded(each).position for each in published) == list(range(1, 4 * MANY + 1))
    assert letters.letters == []
    gc.collect()
