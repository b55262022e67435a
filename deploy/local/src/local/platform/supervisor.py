"""A set of processes: start, wait until ready, stop in stages; `local.platform.part` watches and restarts each."""

import signal
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from chassis.project.progress import PROGRESS
from chassis.relay.checkpoint import RENEW
from local.errors import CannotRun
from local.platform.part import Announce, Part, ended, unready
from local.platform.probe import Probe, http
from local.platform.processes import ProcessSpec
from local.process.child import ManagedProcess

POLL_S: Final = 0.1
READY_LIMIT_S: Final = 240.0
STOP_LIMIT_S: Final = 15.0


def _log_end(process: ManagedProcess) -> str:
    return "\n".join(f"  {line}" for line in process.last_lines())


class Supervisor:
    """Starts, watches and stops a set of processes."""

    def __init__(
        self, children: Sequence[ProcessSpec], logs: Path, kind: type[ManagedProcess] = ManagedProcess
    ) -> None:
        """`kind`: the class that starts them."""
        self._logs = logs
        self._children = [(child, kind(child.name, child.argv, _log(logs, child), child.env)) for child in children]

    def members(self) -> list[tuple[ProcessSpec, ManagedProcess]]:
        """Each child with its process."""
        return list(self._children)

    def parts(self) -> list[Part]:
        """Each of them as a part to watch, none started."""
        return [_part(child, process) for child, process in self._children]

    def start(self) -> None:
        """Start all, without waiting."""
        for _, process in self._children:
            process.start()

    def wait_ready(
        self, announce: Announce, limit_s: float = READY_LIMIT_S, refused: Announce = lambda _reason: None
    ) -> None:
        """Wait until every process is ready; announces the name of each. A relay that refuses to publish is not waited
        for, because the command that it names needs the running platform: `refused` gets its reason. `limit_s`: how
        long nothing may change; a read model that is being filled says how far it is.

        Raises:
            CannotRun: one of them ended, or took too long; names it and the reason.
        """
        before: dict[str, str] = {}
        waiting, end = [child for child, _ in self._children], time.monotonic() + limit_s
        while waiting:
            self.check()
            for child in [child for child in waiting if ready(child.ready_url)[0]]:
                waiting.remove(child)
                announce(child.name)
            for child, reason in [(child, ready(child.ready_url)[1]) for child in waiting]:
                moved = (said := PROGRESS.search(reason)) is not None and said[0] != before.get(child.name)
                if said is not None and moved:
                    before[child.name], end = said[0], time.monotonic() + limit_s
                if RENEW in reason:
                    waiting.remove(child)
                    refused(f"{child.name} refuses to publish: {reason}")
            if waiting and time.monotonic() > end:
                reasons = "; ".join(f"{child.name}: {ready(child.ready_url)[1]}" for child in waiting)
                raise CannotRun(f"not ready after {limit_s:g} s: {reasons}. Their logs are in {self._logs}.")
            time.sleep(POLL_S)

    def check(self) -> None:
        """Raises CannotRun if one of them has ended, with its exit code and the end of its log."""
        for child, process in self._children:
            if process.exit_code is not None:
                raise CannotRun(f"{child.name} {ended(process.exit_code)}. The end of its log:\n{_log_end(process)}")

    def stop(self, announce: Announce) -> None:
        """Stop stage after stage, the processes of a stage together; announces the name of each."""
        for stage in sorted({child.stage for child, _ in self._children}):
            self._stop([each for each in self._children if each[0].stage == stage and each[1].running], announce)

    @staticmethod
    def _stop(members: Sequence[tuple[ProcessSpec, ManagedProcess]], announce: Announce) -> None:
        for _, process in members:
            process.send(signal.SIGTERM)
            process.send(signal.SIGCONT)  # a suspended one would not notice
        end = time.monotonic() + STOP_LIMIT_S
        for child, process in members:
            in_time = process.end(max(0.0, end - time.monotonic()))
            announce(child.name if in_time else f"{child.name} (killed after {STOP_LIMIT_S:g} s)")


def ready(url: str) -> tuple[bool, str]:
    """Whether a readiness check succeeds, and the reason if not."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200, ""
    except urllib.error.HTTPError as error:
        return False, unready(error.read())
    except OSError as error:
        return False, str(error)


def _part(child: ProcessSpec, process: ManagedProcess) -> Part:
    port = urlsplit(child.ready_url).port or 0
    alive, ready_ = Probe(port, http("/healthz")), Probe(port, http("/readyz"), whole=True)
    return Part(process, process.start, [port, *child.ports], alive, ready_)


def _log(logs: Path, child: ProcessSpec) -> Path:
    return logs / f"{child.name}.log"
