"""What a setting is by default where another one says it."""

import pytest

from chassis.base.settings import read_settings


def test_kafka_is_the_local_broker_at_its_port_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SATUPINTU_KAFKA", raising=False)
    monkeypatch.setenv("SATUPINTU_KAFKA_PORT", "19092")
    assert read_settings().kafka == "127.0.0.1:19092"
    monkeypatch.setenv("SATUPINTU_KAFKA", "kafka-1:9093")
    assert read_settings().kafka == "kafka-1:9093"
