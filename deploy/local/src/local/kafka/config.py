"""What a broker for one machine is told: one node, loopback only, nothing created by accident, nothing forgotten."""

from collections.abc import Mapping
from pathlib import Path

HEAP_MB = 384

# -XX:TieredStopAtLevel=1 and the serial collector halve the start and the memory; a laptop never needs more.
JVM_FLAGS = (f"-Xmx{HEAP_MB}m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")

LOG4J2 = """\
rootLogger.level=info
rootLogger.appenderRef.stdout.ref=STDOUT
appender.stdout.type=Console
appender.stdout.name=STDOUT
appender.stdout.layout.type=PatternLayout
appender.stdout.layout.pattern=%d %p %m (%c)%n
"""
# Some lines for each partition at every start, of which a nation's agencies have more than a thousand.
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
    # Nothing waits for members that will not come, and a killed worker's partitions move soon.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # After a crash the controller, too, waits this long for the broker that was, before it takes the one that is.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    # A machine may stand still for months and still resume where it was.
    "log.retention.ms": "-1",
    "offsets.retention.minutes": "525600",
    "log.cleaner.dedupe.buffer.size": str(8 * 1024 * 1024),
    "num.network.threads": "2",
    "num.io.threads": "4",
}


def properties(data: Path, port: int, controller_port: int, extra: Mapping[str, str]) -> str:
    """The text of server.properties; `extra` has the last word."""
    here = {
        "log.dirs": str(data),
        "listeners": f"CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"CLIENTS://127.0.0.1:{port}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
    }
    return "".join(f"{key}={value}\n" for key, value in {**ONE_NODE, **here, **extra}.items())
