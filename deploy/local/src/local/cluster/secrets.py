"""Makes the secrets of the containers: `python -m local.cluster.secrets FOLDER HOST PROVIDER_HOST`.

What exists is kept, so it may run before every start. Keys, passwords and certificates are made here alone and are in
no image and no other file. As root it gives all files to the user of the containers.
"""

import base64
import os
import secrets
import ssl
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from chassis.base.clock import SystemClock
from local.cluster import brokers
from local.cluster.certificates import Pair, issue, new_authority
from local.kafka.config import LOG4J2
from local.kafka.passwords import ensure_passwords, write_private
from schemas.access.kafka_users import ADMINISTRATOR, BROKER, PLATFORM

USER: Final = 10001
"""Whom all processes in the containers run as."""
SHARED: Final = "shared"
"""The folder of what all of them read."""
SECRET_BYTES: Final = 32
DATABASE: Final = "postgres"
"""The host name of the database, and the name of the file of its password."""


def make(folder: Path, hosts: Sequence[str], now: datetime) -> None:
    """Make what is missing in `folder`.

    `hosts`: the names by which browsers reach the proxy. The first is the platform's own, by which agencies' systems
    reach Kafka too.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("master.key", "code.secret"):
        _once(folder / "keys" / name, secrets.token_hex(SECRET_BYTES) + "\n")
    _once(folder / "provider" / "oidc-client.secret", secrets.token_hex(SECRET_BYTES) + "\n")
    authority = _authority(folder / "authority", now)
    passwords = ensure_passwords(folder / "kafka", (BROKER, ADMINISTRATOR, *PLATFORM))
    _brokers(folder, authority, passwords, hosts[0], now)
    _database(folder / DATABASE, authority, now)
    _server(folder / "proxy", authority, hosts, now)


def give_to(user: int, folder: Path) -> None:
    """Make a user the only one who can read the folder and everything in it."""
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user, user)
        path.chmod(0o700 if path.is_dir() else 0o600)


def _authority(folder: Path, now: datetime) -> Pair:
    key, certificate = folder / "authority.key", folder / "ca.pem"
    if not key.exists():
        made = new_authority(now)
        _once(certificate, made.certificate.decode())
        _once(key, made.key.decode())
    # For clients that must also trust public servers: a mail server, an object store, another provider.
    public = Path(ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt")
    trusted = public.read_text() if public.exists() else ""
    shared = folder.parent / SHARED
    _put(shared / "ca.pem", certificate.read_text())
    _put(shared / "trusted.pem", trusted + certificate.read_text())
    return Pair(key.read_bytes(), certificate.read_bytes())


def _brokers(folder: Path, authority: Pair, passwords: dict[str, str], public: str, now: datetime) -> None:
    _once(folder / "kafka" / "cluster.id", base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("="))
    cluster = (folder / "kafka" / "cluster.id").read_text()
    for number, host in enumerate(brokers.BROKERS, 1):
        own = folder / host
        # Not only once: a new version may configure its brokers otherwise.
        _put(own / "server.properties", brokers.server_properties(number, passwords, public))
        _put(own / "format.arguments", brokers.format_arguments(cluster))
        _put(own / brokers.LOG4J, LOG4J2)
        _put(own / brokers.AUTHORITY, authority.certificate.decode())
        if not (own / brokers.KEYSTORE).exists():
            pair = issue(authority, [host, public], now)
            _put(own / brokers.KEYSTORE, (pair.key + pair.certificate + authority.certificate).decode())


def _database(folder: Path, authority: Pair, now: datetime) -> None:
    password = ensure_passwords(folder, [DATABASE])[DATABASE]
    _server(folder, authority, [DATABASE], now)
    # libpq reads it from a service file, so that no setting, and no log of settings, holds the password.
    service = {"password": password, "sslmode": "verify-full", "sslrootcert": "/run/shared/ca.pem"}
    _put(
        folder.parent / SHARED / "pg_service.conf",
        "[satupintu]\n" + "".join(f"{name}={value}\n" for name, value in service.items()),
    )


def _server(folder: Path, authority: Pair, hosts: Sequence[str], now: datetime) -> None:
    if not (folder / "server.key").exists():
        pair = issue(authority, hosts, now)
        _once(folder / "server.pem", (pair.certificate + authority.certificate).decode())
        _once(folder / "server.key", pair.key.decode())


def _once(path: Path, text: str) -> None:
    if not path.exists():
        _put(path, text)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(path, text)


def main(argv: Iterable[str]) -> None:
    folder, *hosts = argv
    make(Path(folder), hosts, SystemClock().now())
    if os.geteuid() == 0:
        give_to(USER, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
