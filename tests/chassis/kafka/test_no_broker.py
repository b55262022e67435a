"""What is said where no broker answers at the address that is set."""

import socket

import pytest

from chassis.base.cluster import Cluster
from chassis.base.errors import BrokerUnavailable
from chassis.kafka.admin import Admin
from chassis.relay.relay import Relay
from support.stores import memory_store


def unused() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


async def test_the_error_names_the_address_that_does_not_answer() -> None:
    address = unused()
    admin = Admin(Cluster(address))
    try:
        with pytest.raises(BrokerUnavailable, match=f"no broker answers at {address}"):
            await admin.topic_ids(["complaint-events"])
    finally:
        await admin.close()


def test_a_relay_that_waits_says_at_which_address() -> None:
    assert Relay(memory_store(), Cluster("127.0.0.1:9")).unready() == "waiting for Kafka at 127.0.0.1:9"
