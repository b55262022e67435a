"""The secrets of a cluster in containers: made once, each for those who need it."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from chassis.base.clock import SystemClock
from chassis.base.secret_file import Secrets, read
from local.cluster.brokers import BROKERS
from local.cluster.certificates import VALID
from local.cluster.secrets import make
from schemas.access.kafka_users import ADMINISTRATOR, BROKER, PLATFORM

HOSTS = ("lapor.example", "masuk.lapor.example")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make(tmp_path / "secrets", HOSTS, SystemClock().now())
    return tmp_path / "secrets"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def certificates(pem: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem.read_bytes())


def test_a_second_run_changes_nothing(folder: Path) -> None:
    before = contents(folder)
    make(folder, HOSTS, SystemClock().now() + timedelta(days=1))
    assert contents(folder) == before


def test_a_lost_secret_is_made_anew_and_the_others_stay(folder: Path) -> None:
    before = contents(folder)
    (folder / "kafka-2" / "broker.pem").unlink()
    make(folder, HOSTS, SystemClock().now())
    assert {name for name, text in contents(folder).items() if before[name] != text} == {"kafka-2/broker.pem"}


@pytest.mark.parametrize(
    ("file", "names"),
    [
        *((f"{host}/broker.pem", (host, HOSTS[0])) for host in BROKERS),
        ("postgres/server.pem", ("postgres",)),
        ("proxy/server.pem", HOSTS),
    ],
)
def test_servers_have_certificates_of_the_own_authority(folder: Path, file: str, names: tuple[str, ...]) -> None:
    [authority] = certificates(folder / "shared" / "ca.pem")
    own, *_ = certificates(folder / file)
    own.verify_directly_issued_by(authority)
    found = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert tuple(found.get_values_for_type(x509.DNSName)) == names
    assert own.not_valid_after_utc - SystemClock().now() > VALID - timedelta(days=1)


def test_clients_trust_it_besides_the_public_authorities(folder: Path) -> None:
    assert (folder / "shared" / "ca.pem").read_text() in (folder / "shared" / "trusted.pem").read_text()


def test_every_file_is_for_its_owner_alone(folder: Path) -> None:
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}


def test_keys_and_passwords_differ(folder: Path) -> None:
    words = [(folder / "kafka" / f"{user}.password").read_text() for user in (BROKER, ADMINISTRATOR, *PLATFORM)]
    words.append((folder / "postgres" / "postgres.password").read_text())
    assert len(set(words)) == len(words)
    for name in ("master.key", "code.secret"):
        [version] = Secrets(folder / "keys" / name, read(folder / "keys" / name)).versions
        assert len(version.secret) == 32


@pytest.mark.parametrize("host", BROKERS)
def test_a_record_is_on_two_brokers_before_it_counts(folder: Path, host: str) -> None:
    lines = (folder / host / "server.properties").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines)
    assert settings["default.replication.factor"] == settings["transaction.state.log.replication.factor"] == "3"
    assert settings["min.insync.replicas"] == settings["transaction.state.log.min.isr"] == "2"
    assert settings["node.id"] == host[-1]
    assert f"CLIENTS://{host}:9092" in settings["advertised.listeners"]
    assert f"OUTSIDE://{HOSTS[0]}:1909{host[-1]}" in settings["advertised.listeners"]
    assert "PLAINTEXT" not in settings["listener.security.protocol.map"]
