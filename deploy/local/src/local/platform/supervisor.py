"""Supervises a set of processes: start, wait until ready, restart what ended, stop in stages."""

import json
import signal
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from chassis.relay.checkpoint import RENEW
from local.errors import CannotRun
from local.platform.processes import ProcessSpec
from local.process.child import ManagedProcess

POLL_S: Final = 0.1
READY_LIMIT_S: Final = 240.0
STOP_LIMIT_S: Final = 15.0
RESTARTS: Final = 3
WITHIN_S: Final = 60.0
Announce = Callable[[str], None]
"""Called with one line for the person at the terminal."""


class RestartLimiter:
    """Restarts processes that have ended, each at most `RESTARTS` times within `WITHIN_S` seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._at = now, defaultdict[str, list[float]](list)

    def restart_ended(self, process: ManagedProcess, start: Callable[[], None], announce: Announce) -> None:
        """Restart the process unless it runs.

        Raises:
            CannotRun: it has ended too often.
        """
        if process.running:
            return
        end, now = _end(process), self._now()
        recent = self._at[process.name] = [at for at in self._at[process.name] if at > now - WITHIN_S]
        if len(recent) >= RESTARTS:
            raise CannotRun(
                f"{process.name} does not stay up: it {end} after {RESTARTS} restarts within {WITHIN_S:g} s, "
                f"so everything is stopped. The end of its log:\n{_log_end(process)}"
            )
        recent.append(now)
        announce(f"{process.name} {end} and is restarted ({len(recent)} of {RESTARTS} within {WITHIN_S:g} s)")
        start()


def _end(process: ManagedProcess) -> str:
    code = process.exit_code or 0
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


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
        self._restarts = RestartLimiter()

    def members(self) -> list[tuple[ProcessSpec, ManagedProcess]]:
        """Each child with its process."""
        return list(self._children)

    def start(self) -> None:
        """Start all, without waiting."""
        for _, process in self._children:
            process.start()

    def wait_ready(
        self, announce: Announce, limit_s: float = READY_LIMIT_S, refused: Announce = lambda _reason: None
    ) -> None:
        """Wait until every process is ready; announces the name of each. A relay that refuses to publish is not waited
        for, because the command that it names needs the running platform: `refused` gets its reason.

        Raises:
            CannotRun: one of them ended, or took too long; names it and the reason.
        """
        waiting, end = [child for child, _ in self._children], time.monotonic() + limit_s
        while waiting:
            self.check()
            for child in [child for child in waiting if ready(child.ready_url)[0]]:
                waiting.remove(child)
                announce(child.name)
            for child, reason in [(child, ready(child.ready_url)[1]) for child in waiting]:
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
                raise CannotRun(f"{child.name} {_end(process)}. The end of its log:\n{_log_end(process)}")

    def restart_ended(self, announce: Announce) -> None:
        """Restart the processes that have ended; announces each.

        Raises:
            CannotRun: one of them does not stay up; names it with the end of its log.
        """
        for _, process in self._children:
            self._restarts.restart_ended(process, process.start, announce)

    def stop(self, announce: Announce) -> None:
        """Stop stage after stage, the processes of a stage together; announces the name of each."""
        for stage in sorted({child.stage for child, _ in self._children}):
            self._stop([each for each in self._children if each[0].stage == stage and each[1].running], announce)

    @staticmethod
    def _stop(members: Sequence[tuple[ProcessSpec, ManagedProcess]], announce: Announce) -> None:
        for _, process in members:
            process.send(signal.SIGTERM)
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
        return False, _unready(error.read())
    except OSError as error:
        return False, str(error)


def _unready(body: bytes) -> str:
    try:
        states = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")[:200]
    return ", ".join(str(state) for state in states.values() if state != "ok")


def _log(logs: Path, child: ProcessSpec) -> Path:
    return logs / f"{child.name}.log"
