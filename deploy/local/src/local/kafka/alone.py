"""Starts the broker of this machine alone, for commands that need Kafka while the platform is stopped."""

from collections.abc import Iterator
from contextlib import contextmanager

from chassis.base.settings import Settings
from local.kafka import jars
from local.kafka.server import KafkaServer, answers

SECRETS = "secrets/kafka"


@contextmanager
def started(settings: Settings) -> Iterator[bool | None]:
    """True: it runs until the end of the block. False: it has no data. None: Kafka is elsewhere, or runs already."""
    state = settings.state_dir.resolve()
    if settings.kafka != f"127.0.0.1:{settings.kafka_port}" or answers(settings.kafka_port):
        yield None
        return
    if not (state / "kafka/data/meta.properties").exists():
        yield False
        return
    server = KafkaServer(
        state / "kafka",
        jars.ensure(settings.kafka_cache.resolve()),
        settings.kafka_port,
        log=state / "logs/kafka.log",
        secrets=state / SECRETS,
    )
    server.start()
    try:
        server.wait_ready()
        yield True
    finally:
        server.stop()
