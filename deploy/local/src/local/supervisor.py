"""Keeps a set of processes running: started together, ready together, stopped in order, and never half alive."""

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from local.children import Child
from local.errors import CannotRun
from local.process import Process

POLL_S: Final = 0.1
READY_LIMIT_S: Final = 120.0
STOP_LIMIT_S: Final = 15.0
Told = Callable[[str], None]


class Supervisor:
    """Processes that are ready together, watched together and stopped stage by stage."""

    def __init__(self, children: Sequence[Child], logs: Path) -> None:
        self._logs = logs
        self._children = [(child, Process(child.name, child.argv, _log(logs, child), child.env)) for child in children]

    def members(self) -> list[tuple[Child, Process]]:
        """Each child with its process."""
        return list(self._children)

    def start(self) -> None:
        """Start all; does not wait."""
        for _, process in self._children:
            process.start()

    def wait_ready(self, told: Told, limit_s: float = READY_LIMIT_S) -> None:
        """Returns when each has said that it is ready; `told` hears of each.

        Raises:
            CannotRun: one of them ended, or took too long; says which and what it said last.
        """
        waiting, end = [child for child, _ in self._children], time.monotonic() + limit_s
        while waiting:
            self.check()
            for child in [child for child in waiting if ready(child.ready_url)[0]]:
                waiting.remove(child)
                told(child.name)
            if waiting and time.monotonic() > end:
                reasons = "; ".join(f"{child.name}: {ready(child.ready_url)[1]}" for child in waiting)
                raise CannotRun(f"not ready after {limit_s:g} s: {reasons}. Their logs are in {self._logs}.")
            time.sleep(POLL_S)

    def check(self) -> None:
        """Raises CannotRun if one of them has ended, with its exit code and the end of its log."""
        for child, process in self._children:
            if process.exit_code is not None:
                said = "\n".join(f"  {line}" for line in process.last_lines())
                raise CannotRun(f"{child.name} ended with code {process.exit_code}; the end of its log says:\n{said}")

    def stop(self, told: Told) -> None:
        """Stop stage after stage, all of one stage at once, within a limit each."""
        for stage in sorted({child.stage for child, _ in self._children}):
            self._stop([each for each in self._children if each[0].stage == stage and each[1].running], told)

    @staticmethod
    def _stop(members: Sequence[tuple[Child, Process]], told: Told) -> None:
        for _, process in members:
            process.send(signal.SIGTERM)
        end = time.monotonic() + STOP_LIMIT_S
        for child, process in members:
            in_time = process.end(max(0.0, end - time.monotonic()))
            told(child.name if in_time else f"{child.name} (killed, it did not end by itself)")


def ready(url: str) -> tuple[bool, str]:
    """Whether a process says that it is ready, and what it says instead."""
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


def _log(logs: Path, child: Child) -> Path:
    return logs / f"{child.name}.log"
