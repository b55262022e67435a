"""What the libraries log: an outage of the broker is told, the renewal of a connection is not."""

import logging
from collections.abc import Iterator

import pytest
from aiokafka.errors import KafkaConnectionError

from chassis.base.log import configure
from chassis.base.settings import Settings

CLOSED = KafkaConnectionError("Connection at 127.0.0.1:9092 closed")
REFUSED = "[Errno 111] Connection refused"


@pytest.fixture
def handler(tmp_path: object) -> Iterator["Kept"]:
    kept, root = Kept(), logging.getLogger()
    root.addHandler(kept)
    configure(Settings(state_dir=tmp_path, kafka=""))  # type: ignore[call-arg]
    yield kept
    root.removeHandler(kept)


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines = list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def test_a_connection_that_the_broker_renews_is_not_logged(handler: Kept) -> None:
    group, fetcher = logging.getLogger("aiokafka.consumer.group_coordinator"), logging.getLogger("aiokafka.consumer")
    error = "Error sending %s to node %s [%s] -- marking coordinator dead"
    group.error(error, "HeartbeatRequest", 1, CLOSED)
    group.warning("Marking the coordinator dead (node %s)for group %s.", 1, "relay")
    group.error("Heartbeat send request failed: %s. Will retry.", CLOSED)
    fetcher.error("Failed fetch messages from %s: %s", 1, CLOSED)
    logging.getLogger("aiokafka").warning("Unable to request metadata from node with id %s: %r", 1, CLOSED)
    logging.getLogger("aiokafka").error("Unable to update metadata from %s", [1])
    logging.getLogger("aiokafka.producer.sender").warning("Could not send %r: %r", type(CLOSED), CLOSED)
    assert handler.lines == []


def test_a_broker_that_is_away_and_any_other_error_is_logged(handler: Kept) -> None:
    logging.getLogger("aiokafka").error('Unable connect to "%s": %s', "127.0.0.1:9092", REFUSED)
    group = logging.getLogger("aiokafka.consumer.group_coordinator")
    group.error(
        "Error sending %s to node %s [%s] -- marking coordinator dead", "HeartbeatRequest", 1, "RequestTimedOut"
    )
    logging.getLogger("elsewhere").error("%s", CLOSED)
    assert len(handler.lines) == 3
