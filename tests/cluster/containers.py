"""The containers of deploy/compose.yaml, started and disturbed through the engine's own commands."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from local.paths import REPOSITORY, free_port

FILE: Final = REPOSITORY / "deploy" / "compose.yaml"
PROJECT: Final = "satupintu-test"
HOST: Final = "satupintu.localhost"
PROVIDER: Final = "masuk.satupintu.localhost"
UP_S: Final = 900
LIMIT_S: Final = 300


class CommandFailed(Exception):
    """A command of the engine ended with an error; the text is what it said."""


@dataclass
class Containers:
    """One project of Compose. `folder`: where its secrets and copies are. `counts`: variables of the file."""

    folder: Path
    port: int
    counts: Mapping[str, str]
    more: tuple[Path, ...] = ()

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def address(self) -> str:
        return f"https://{HOST}:{self.port}"

    @cached_property
    def environment(self) -> dict[str, str]:
        """The variables of the file."""
        ours = {
            "SECRETS": str(self.secrets),
            "COPIES": str(self.folder / "copies"),
            "PORT": str(self.port),
            "OIDC_ISSUER": f"https://{PROVIDER}:{self.port}",
            "PROMETHEUS_PORT": str(free_port()),
            "FRONT_NETWORK": "10.111.44.0/24",
            "COMPOSE_PROFILES": "trying",
            "AGENCY_TOPICS": "used",
            "FILINGS_PER_MINUTE": "0",
            "REQUESTS_PER_MINUTE": "0",
        }
        kafka = {f"KAFKA_{number}_PORT": str(free_port()) for number in (1, 2, 3)}
        return {**os.environ, **ours, **kafka, **self.counts}

    def up(self) -> None:
        """Make the secrets, start everything, and wait until all are healthy. Raises CommandFailed."""
        image = f"satupintu-provider:{os.environ.get('TAG', 'latest')}"
        as_root = ["run", "--rm", "--user", "0", "--network", "none", "--volume", f"{self.folder}:/cluster"]
        docker(*as_root, image, "local.cluster.secrets", "/cluster/secrets", HOST, PROVIDER)
        docker(*as_root, "--entrypoint", "install", image, "-d", "-o", "10001", "-g", "10001", "/cluster/copies")
        self.compose("up", "--detach", "--wait", "--wait-timeout", str(UP_S), within_s=UP_S + 60)

    def down(self) -> None:
        """Remove the containers and what they hold."""
        self.compose("--profile", "*", "down", "--volumes", "--timeout", "5")
        docker("run", "--rm", "--user", "0", "--volume", f"{self.folder}:/cluster", "--entrypoint", "sh",
               "satupintu-postgres:latest", "-c", "rm -rf /cluster/*")  # fmt: skip

    def compose(self, *argv: str, within_s: float = LIMIT_S) -> str:
        """The output of a command. Raises CommandFailed."""
        files = [option for file in (FILE, *self.more) for option in ("--file", str(file))]
        command = ["docker", "compose", "--project-name", PROJECT, "--env-file", "/dev/null", *files, *argv]
        return said(command, self.environment, within_s)

    def of(self, service: str) -> list[str]:
        """The ids of a service's containers that run."""
        return self.compose("ps", "--quiet", service).split()

    def token(self, who: str) -> str:
        """An access token of the demo provider, for a person or a role."""
        return self.compose("exec", "-T", "provider", "satupintu", "token", who).strip()

    def operator(self, *argv: str) -> str:
        """What a command of `satupintu` prints. Raises CommandFailed: its exit status is not 0."""
        return self.compose("run", "--rm", "--no-deps", "-T", "operator", *argv)

    def ready(self, container: str) -> bool:
        """Whether a process says that it is ready."""
        return not quietly("exec", container, "python", "-m", "chassis.cli.healthy").returncode


def docker(*argv: str) -> str:
    """The output of a command of the engine. Raises CommandFailed."""
    return said(["docker", *argv])


def quietly(*argv: str) -> "subprocess.CompletedProcess[str]":
    """A command of the engine whose failure is an answer."""
    return subprocess.run(["docker", *argv], capture_output=True, text=True, check=False, timeout=LIMIT_S)


def said(command: list[str], environment: Mapping[str, str] | None = None, within_s: float = LIMIT_S) -> str:
    """What a command prints. Raises CommandFailed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=within_s, env=environment)
    if done.returncode:
        raise CommandFailed(f"{' '.join(command[-6:])}: {done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout
