"""What a setting is by default where another one says it."""

import pytest

from chassis.base.settings import BadSetting, read_settings


def test_kafka_is_the_local_broker_at_its_port_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SATUPINTU_KAFKA", raising=False)
    monkeypatch.setenv("SATUPINTU_KAFKA_PORT", "19092")
    assert read_settings().kafka == "127.0.0.1:19092"
    monkeypatch.setenv("SATUPINTU_KAFKA", "kafka-1:9093")
    assert read_settings().kafka == "kafka-1:9093"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({"PORT": "8040"}, "http://127.0.0.1:8040"),
        ({"HOSTS": "Lapor.example.go.id, www.example.go.id"}, "https://lapor.example.go.id"),
        (
            {"PUBLIC_URL": "https://lapor.example.go.id:8443/", "HOSTS": "other.go.id"},
            "https://lapor.example.go.id:8443",
        ),
    ],
)
def test_links_in_mails_begin_with_the_address_by_which_people_come(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], address: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"SATUPINTU_{name}", value)
    assert read_settings().public_address == address


def test_links_in_mails_that_carry_codes_are_not_sent_to_an_address_without_tls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SATUPINTU_PUBLIC_URL", "http://lapor.example.go.id")
    with pytest.raises(BadSetting, match="SATUPINTU_PUBLIC_URL: must be an https address"):
        read_settings()
