"""Configuration of a Kafka broker for one machine: one node, no automatic topics, no retention limit.

Its listeners: CLIENTS (SCRAM-SHA-512) for the platform's own processes, INTERNAL (PLAIN) for the broker itself and the
administrator, and CONTROLLER, all on the loopback address; OUTSIDE (SCRAM-SHA-512 over TLS) only if it is set.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from schemas.access.kafka_users import ADMINISTRATOR, BROKER

HEAP_MB = 384

# -XX:TieredStopAtLevel=1 and the serial collector halve start time and memory use.
JVM_FLAGS = (f"-Xmx{HEAP_MB}m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")

LOG4J2 = """\
rootLogger.level=info
rootLogger.appenderRef.stdout.ref=STDOUT
appender.stdout.type=Console
appender.stdout.name=STDOUT
appender.stdout.layout.type=PatternLayout
appender.stdout.layout.pattern=%d %p %m (%c)%n
"""
# These loggers write some lines per partition at every start, and there are more than a thousand partitions.
PER_PARTITION = (
    "state.change.logger",
    "kafka.cluster.Partition",
    "kafka.log.LogManager",
    "kafka.server.metadata.DynamicConfigPublisher",
    "org.apache.kafka.controller.ConfigurationControlManager",
    "org.apache.kafka.controller.PartitionChangeBuilder",
    "org.apache.kafka.controller.ReplicationControlManager",
    "org.apache.kafka.storage.internals.log.UnifiedLog",
)
LOG4J2 += "".join(f"logger.l{n}.name={name}\nlogger.l{n}.level=warn\n" for n, name in enumerate(PER_PARTITION))

ONE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": (
        "CLIENTS:SASL_PLAINTEXT,INTERNAL:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT,OUTSIDE:SASL_SSL"
    ),
    "inter.broker.listener.name": "INTERNAL",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "listener.name.internal.sasl.enabled.mechanisms": "PLAIN",
    "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
    "listener.name.clients.sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "listener.name.outside.sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
    # An ended user's connection lives at most this long. Clients that cannot sign in again on an open connection
    # (aiokafka) lose it then and connect anew, which costs them about 0.1 s.
    "connections.max.reauth.ms": "120000",
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # Do not wait for further members of a group; move the partitions of a killed worker soon.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # After a crash the controller waits this long for the old session of the broker before it accepts the new one.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    # A machine may be off for months and must resume where it was.
    "log.retention.ms": "-1",
    "offsets.retention.minutes": "525600",
    "log.cleaner.dedupe.buffer.size": str(8 * 1024 * 1024),
    "num.network.threads": "2",
    "num.io.threads": "4",
}


SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
PLAIN: Final = "org.apache.kafka.common.security.plain.PlainLoginModule required"


class Outside(NamedTuple):
    """A listener for agencies and gateways on other machines. `keystore`: PEM with the private key (PKCS #8) and the
    certificate with its chain; its names must include `host`.
    """

    host: str
    port: int
    keystore: Path


class Listeners(NamedTuple):
    """Ports on the loopback address, and the listener for others."""

    clients: int
    internal: int
    controller: int
    outside: Outside | None = None


def properties(
    data: Path,
    listeners: Listeners,
    passwords: Mapping[str, str],
    extra: Mapping[str, str],
    superusers: Sequence[str] = (),
) -> str:
    """The text of server.properties, which holds the passwords of broker and administrator: a file for its owner alone.
    `extra` overrides everything.
    """
    advertised = [f"CLIENTS://127.0.0.1:{listeners.clients}", f"INTERNAL://127.0.0.1:{listeners.internal}"]
    if listeners.outside is not None:
        advertised.append(f"OUTSIDE://{listeners.outside.host}:{listeners.outside.port}")
    plain = f"{PLAIN} {_option('username', BROKER)} {_option('password', passwords[BROKER])}"
    plain += "".join(f" {_option(f'user_{user}', passwords[user])}" for user in (BROKER, ADMINISTRATOR)) + ";"
    here = {
        "log.dirs": str(data),
        "listeners": ",".join([*advertised, f"CONTROLLER://127.0.0.1:{listeners.controller}"]),
        "advertised.listeners": ",".join(advertised),
        "controller.quorum.voters": f"1@127.0.0.1:{listeners.controller}",
        "super.users": ";".join(f"User:{user}" for user in (BROKER, ADMINISTRATOR, *superusers)),
        "listener.name.internal.plain.sasl.jaas.config": plain,
        "listener.name.controller.plain.sasl.jaas.config": plain,
        "listener.name.clients.scram-sha-512.sasl.jaas.config": SCRAM,
        "listener.name.outside.scram-sha-512.sasl.jaas.config": SCRAM,
        **(_tls(listeners.outside) if listeners.outside is not None else {}),
    }
    return "".join(f"{key}={value}\n" for key, value in {**ONE_NODE, **here, **extra}.items())


def _tls(outside: Outside) -> dict[str, str]:
    return {
        "listener.name.outside.ssl.keystore.type": "PEM",
        "listener.name.outside.ssl.keystore.location": str(outside.keystore),
    }


def _option(name: str, value: str) -> str:
    return f'{name}="{value}"'
