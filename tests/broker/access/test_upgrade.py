"""A broker's data of a version without access control, and a listener for other machines."""

import asyncio
import datetime as dt
import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from aiokafka import TopicPartition
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chassis.base.cluster import Cluster
from chassis.base.errors import BrokerUnavailable, KafkaDenied
from chassis.base.settings import Settings
from chassis.kafka.admin import Admin
from chassis.kafka.clients import consumer, producer, running
from local.errors import CannotRun
from local.kafka.config import Outside
from local.kafka.outside import outside_listener
from local.kafka.server import KafkaServer
from local.paths import free_port
from schemas.base.topics import COMPLAINT_EVENTS, FIXED
from support.guarded import Guarded

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]
BEFORE: Final = {
    "listener.security.protocol.map": "CLIENTS:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT,OUTSIDE:PLAINTEXT",
    "inter.broker.listener.name": "CLIENTS",
    "authorizer.class.name": "",
    "super.users": "",
}
"""The configuration of the version before, as far as it differs."""


def started(server: KafkaServer) -> Iterator[KafkaServer]:
    server.start()
    try:
        server.wait_ready()
        yield server
    finally:
        server.stop(limit_s=10)


async def test_the_data_of_a_broker_without_users_is_there_once_it_has_them(
    kafka_jars: list[Path], tmp_path: Path
) -> None:
    home, port = tmp_path / "kafka", free_port()
    old = KafkaServer(home, kafka_jars, port, extra=BEFORE)
    for server in started(old):
        plain = Cluster(server.bootstrap)
        admin = Admin(plain)
        before = await admin.ensure([FIXED[COMPLAINT_EVENTS]])
        await admin.close()
        async with running(producer(plain)) as client:
            for value in (b"one", b"two"):
                await client.send_and_wait(COMPLAINT_EVENTS, value, partition=0)
        async with running(consumer(plain, COMPLAINT_EVENTS, group="router.reactions")) as client:
            await client.getone()
            await client.commit({TopicPartition(COMPLAINT_EVENTS, 0): 1})
    new = KafkaServer(home, kafka_jars, port, secrets=tmp_path / "secrets")
    for server in started(new):
        guarded = Guarded(server, tmp_path / "secrets")
        await guarded.provision()
        router = server.as_user("router")
        admin = Admin(router)
        assert await admin.topic_ids([COMPLAINT_EVENTS]) == before
        await admin.close()
        async with running(consumer(router, COMPLAINT_EVENTS, group="router.reactions")) as client:
            assert (await asyncio.wait_for(client.getone(), 60)).value == b"two", "the group goes on where it was"
        with pytest.raises(BrokerUnavailable):
            async with running(producer(Cluster(server.bootstrap), request_timeout_ms=3_000)):
                pytest.fail("without a user")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A CA of our own in PEM, and a keystore with a certificate that it issued for this machine's own address."""
    folder = tmp_path_factory.mktemp("authority")
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    ca = _certificate(name, name, ca_key, ca_key, x509.BasicConstraints(ca=True, path_length=0))
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    certificate = _certificate(own, name, key, ca_key, host)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "keystore.pem").write_bytes(private + certificate.public_bytes(pem) + ca.public_bytes(pem))
    return folder / "ca.pem", folder / "keystore.pem"


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - certificates are checked by real time
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(hours=1))
    builder = builder.not_valid_after(now + dt.timedelta(days=1))
    return builder.add_extension(extension, critical=False).sign(signer, hashes.SHA256())


async def test_the_listener_for_other_machines_uses_tls_and_passwords(
    kafka_jars: list[Path], tmp_path: Path, authority: tuple[Path, Path]
) -> None:
    ca, keystore = authority
    outside = Outside("127.0.0.1", free_port(), keystore)
    server = KafkaServer(tmp_path / "kafka", kafka_jars, secrets=tmp_path / "secrets", outside=outside)
    for each in started(server):
        user = await Guarded(each, tmp_path / "secrets").make("agency.pln", "a password")
        address = f"127.0.0.1:{outside.port}"
        reached = Cluster(address, user.user, user.password, tls=True, ca_file=ca)
        async with running(producer(reached)):
            pass
        refused = {
            "does not accept the user agency.pln": Cluster(address, user.user, "another", tls=True, ca_file=ca),
            "is not trusted by this system": Cluster(address, user.user, user.password, tls=True),
        }
        for why, cluster in refused.items():
            with pytest.raises(KafkaDenied, match=why):
                async with running(producer(cluster)):
                    pytest.fail("connected")
        with pytest.raises(BrokerUnavailable):
            async with running(producer(Cluster(address, user.user, user.password), request_timeout_ms=3_000)):
                pytest.fail("without TLS")


def test_a_listener_for_other_machines_without_tls_is_refused(tmp_path: Path) -> None:
    def asked(**settings: object) -> Settings:
        return Settings(state_dir=tmp_path, **settings)  # type: ignore[arg-type]

    assert outside_listener(asked()) is None
    with pytest.raises(CannotRun, match="SATUPINTU_KAFKA_KEYSTORE"):
        outside_listener(asked(kafka_outside="kafka.example.go.id:9094"))
    with pytest.raises(CannotRun, match="host:port"):
        outside_listener(asked(kafka_outside="9094"))


def test_towards_another_machine_clients_use_tls_and_nothing_else_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("kata-sandi\n")
    far = {"kafka": "kafka.example.go.id:9094", "state_dir": tmp_path, "kafka_password_file": tmp_path / "pw"}
    assert Settings(**far).kafka_as("relay").tls  # type: ignore[arg-type]
    for security in ("sasl", "plaintext"):
        with pytest.raises(ValueError, match="sasl-tls"):
            Settings(**far, kafka_security=security)  # type: ignore[arg-type]
    near = Settings(state_dir=tmp_path, kafka_password_file=tmp_path / "pw")
    assert not near.kafka_as("relay").tls
    assert "kata-sandi" not in f"{near.kafka_as('relay')!r} {near.kafka_as('relay')} {near!r}"
