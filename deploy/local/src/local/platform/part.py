"""One supervised process: ready, or away since when and why; restarted with back-off for as long as it takes."""

import json
import signal
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from chassis.base.errors import EXIT_NEEDS_PERSON
from chassis.project.progress import PROGRESS
from local.errors import CannotRun
from local.parts import PART
from local.paths import port_in_use
from local.platform.probe import Probe
from local.process.child import ManagedProcess

HANG_S: Final = 60.0
"""A process whose event loop has not answered for so long hangs. An answer proves a live loop, not progress."""
START_S: Final = 240.0
"""The limit for the first answer after a start."""
STABLE_S: Final = 10.0
"""A process that was ready for so long starts anew without a delay when it ends."""
LONGEST_S: Final = 60.0
TELL_S: Final = 5.0
"""Unreadiness that lasts shorter is not announced."""
FIRST_TELL_S: Final = 45.0
"""As `TELL_S`, for a process that has never been ready."""
CURE: Final = " cannot run: "
"""What a process writes before the reason why a person is needed; see `chassis.service.entry`."""
Announce = Callable[[str], None]


class Away(NamedTuple):
    """Why a part is away, and since when."""

    since: datetime
    why: str


class Part:
    """Call `tick` every half second or so; it never blocks for longer than a fork takes."""

    def __init__(
        self,
        process: ManagedProcess,
        start: Callable[[], None],
        ports: Sequence[int],
        alive: Probe,
        ready: Probe | None = None,
    ) -> None:
        """`alive`: any answer shows a live loop. `ready`: a check of readiness over HTTP; None: ready if alive."""
        self.name, self.process, self.needs_person = process.name, process, False
        self._start, self._ports, self._alive, self._ready = start, ports, alive, ready
        self.away: Away | None = None
        self.ready_s, self._silent_s, self._ends, self._wait_s, self._away_s = 0.0, 0.0, 0, 0.0, 0.0
        self._answered, self._handled, self._hung, self._told, self._was_ready = False, False, False, False, False

    def begin(self, now: datetime) -> None:
        """Start it for the first time."""
        self.away = Away(now, "it starts")
        self._begin(now)

    def tick(self, passed_s: float, now: datetime, announce: Announce, *, may_start: bool = True) -> None:
        """`passed_s`: since the last tick, without time in which the supervisor itself was suspended."""
        if self.process.running:
            self._look(passed_s, now, announce)
        elif not self._handled:
            self._ended(now, announce)
        elif not self.needs_person:
            self._wait_s -= passed_s
            if self._wait_s <= 0 and may_start:
                self._begin(now)
        self._tell(passed_s, announce)

    @property
    def filling(self) -> str:
        """How far it is with filling its read models; empty: it does not."""
        said = PROGRESS.search(self.away.why) if self.away is not None else None
        return said[0] if said else ""

    def _begin(self, now: datetime) -> None:
        self._silent_s, self.ready_s = 0.0, 0.0
        self._answered = self._handled = self._hung = False
        for probe in filter(None, (self._alive, self._ready)):
            probe.forget()
        try:
            self._check_ports()
            self._start()
        except (OSError, CannotRun) as error:  # no memory for a fork, no room for a log, a port that is taken
            self._handled = True
            self._gone(now, str(error))
            self._ends += 1
            self._wait_s = self._delay_s()

    def _check_ports(self) -> None:
        for port in filter(port_in_use, self._ports):
            raise CannotRun(f"port {port}, which it needs, is used by another program: stop that program")

    def _look(self, passed_s: float, now: datetime, announce: Announce) -> None:
        alive = self._alive.poll()
        state = alive if self._ready is None else self._ready.poll()
        if alive or state:
            self._silent_s, self._answered = 0.0, True
        else:
            self._silent_s += passed_s
        if self._silent_s > (HANG_S if self._answered else START_S):
            announce(f"{self.name} has not answered for {self._silent_s:.0f} s: it hangs, and is killed")
            self._hung = True
            self.process.kill()
            return
        if self._silent_s > TELL_S and self._answered:
            self._gone(now, "it does not answer")
        elif state:
            self._judge(state, now)
        if self.away is None:
            self._was_ready = True
            self.ready_s += passed_s
        if self.ready_s > STABLE_S:
            self._ends = 0

    def _judge(self, answer: bytes, now: datetime) -> None:
        if self._ready is None or answer.split(b" ", 2)[1:2] == [b"200"] or _own_parts_ready(answer):
            self.away = None
        else:
            self._gone(now, unready(answer.partition(b"\r\n\r\n")[2]))

    def _ended(self, now: datetime, announce: Announce) -> None:
        self._handled, code = True, self.process.exit_code or 0
        how = "hung and was killed" if self._hung else ended(code)
        if code == EXIT_NEEDS_PERSON:
            self.needs_person = True
            cure = f"{self._cure()} (not restarted before you have done that and start the platform again)"
            self._gone(now, cure, anew=True)
            announce(f"{self.name} needs you: {cure}. The rest goes on.")
            return
        self._wait_s = self._delay_s()
        self._ends += 1
        when = f"in {self._wait_s:g} s" if self._wait_s else "at once"
        self._gone(now, f"it {how}, and is restarted {when}", anew=True)
        often = f", {self._ends} times in a row" if self._ends > 1 else ""
        announce(f"{self.name} {how}{often}, and is restarted {when}; the rest goes on. The end of its log:")
        announce("\n".join(f"  {line}" for line in self.process.last_lines(6)))
        self._told = True

    def _delay_s(self) -> float:
        return min(LONGEST_S, 2.0 ** (self._ends - 1)) if self._ends else 0.0

    def _gone(self, now: datetime, why: str, *, anew: bool = False) -> None:
        since = now if self.away is None or (anew and self.ready_s > 0) else self.away.since
        self.away, self.ready_s = Away(since, why), 0.0

    def _tell(self, passed_s: float, announce: Announce) -> None:
        if self.away is None:
            if self._told:
                announce(f"{self.name} is back")
            self._away_s, self._told = 0.0, False
            return
        self._away_s += passed_s
        if self.filling:  # told apart, again and again
            return
        if self._away_s > (TELL_S if self._was_ready else FIRST_TELL_S) and not self._told:
            announce(f"{self.name} has been away since {self.away.since:%H:%M:%S} UTC: {self.away.why}")
            self._told = True

    def _cure(self) -> str:
        lines = self.process.last_lines(40)
        said = [line.partition(CURE)[2] for line in lines if CURE in line]
        return said[-1] if said else (lines or ["it gave no reason"])[-1]


def _own_parts_ready(answer: bytes) -> bool:
    """Whether only other parts make the front's answer say that the platform is not ready."""
    try:
        states = json.loads(answer.partition(b"\r\n\r\n")[2])
        return all(state == "ok" for name, state in states.items() if not name.startswith(PART))
    except (ValueError, AttributeError):
        return False


def unready(body: bytes) -> str:
    """The reasons in a readiness answer."""
    try:
        states = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")[:200]
    return ", ".join(str(state) for state in states.values() if state != "ok")


def ended(code: int) -> str:
    """An exit code in words."""
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
