"""Configuration of a Kafka broker for one machine: one node, loopback only, no automatic topics, no retention limit."""

from collections.abc import Mapping
from pathlib import Path

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
    "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "CLIENTS",
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


def properties(data: Path, port: int, controller_port: int, extra: Mapping[str, str]) -> str:
    """The text of server.properties; `extra` overrides everything."""
    here = {
        "log.dirs": str(data),
        "listeners": f"CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"CLIENTS://127.0.0.1:{port}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
    }
    return "".join(f"{key}={value}\n" for key, value in {**ONE_NODE, **here, **extra}.items())
