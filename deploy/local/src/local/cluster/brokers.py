"""Configuration of the brokers of a cluster (KRaft): each is broker and controller, and everything is TLS.

It differs from `make run` in that: copies on every broker, of which two must have a record before it is acknowledged.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from local.kafka.config import Listeners, properties

BROKERS: Final = ("kafka-1", "kafka-2", "kafka-3")
"""Their host names."""
INSIDE: Final = Listeners(clients=9092, internal=9093, controller=9094)
OUTSIDE: Final = 9095
"""Where a broker listens for agencies and gateways on other machines."""
PUBLISHED: Final = 19090
"""These reach broker 1 at the port after this one, broker 2 at the next."""
FILES: Final = PurePosixPath("/etc/kafka")
"""Where a broker finds what is made here."""
DATA: Final = Path("/var/lib/kafka/data")
KEYSTORE, AUTHORITY = "broker.pem", "ca.pem"
LOG4J: Final = "log4j2.properties"


def server_properties(number: int, passwords: Mapping[str, str], public: str) -> str:
    """The text of server.properties of broker `number` (from 1), with the passwords of broker and administrator.

    `public`: the host name by which agencies and gateways reach it.
    """
    return properties(DATA, INSIDE, passwords, {**_everywhere(), **_own(number, public)})


def format_arguments(cluster: str) -> str:
    """The arguments with which new storage is formatted; `cluster` is the same for all brokers."""
    return f"--cluster-id={cluster}\n"


def _own(number: int, public: str) -> dict[str, str]:
    host = BROKERS[number - 1]
    ports = {"CLIENTS": INSIDE.clients, "INTERNAL": INSIDE.internal, "OUTSIDE": OUTSIDE}
    advertised = [f"{name}://{host}:{port}" for name, port in ports.items() if name != "OUTSIDE"]
    return {
        "node.id": str(number),
        "listeners": ",".join(f"{name}://:{port}" for name, port in {**ports, "CONTROLLER": INSIDE.controller}.items()),
        "advertised.listeners": ",".join([*advertised, f"OUTSIDE://{public}:{PUBLISHED + number}"]),
    }


def _everywhere() -> dict[str, str]:
    copies, needed = str(len(BROKERS)), str(len(BROKERS) - 1)
    return {
        "controller.quorum.voters": ",".join(f"{n}@{host}:{INSIDE.controller}" for n, host in enumerate(BROKERS, 1)),
        "listener.security.protocol.map": "CLIENTS:SASL_SSL,INTERNAL:SASL_SSL,CONTROLLER:SASL_SSL,OUTSIDE:SASL_SSL",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(FILES / KEYSTORE),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(FILES / AUTHORITY),
        "default.replication.factor": copies,
        "min.insync.replicas": needed,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": needed,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": needed,
        # A broker that is late by this much counts as away: its partitions get another leader.
        "broker.session.timeout.ms": "6000",
        "broker.heartbeat.interval.ms": "1000",
        "replica.lag.time.max.ms": "10000",
    }
