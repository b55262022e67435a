"""Coroutines driven by hand, one at a time, each until it waits. There is no event loop and no thread: the scheduler
chooses who continues and which fault strikes.

`Surface` answers what product code asks of asyncio (sleep, locks, futures); a sleep lasts until the scheduler continues
the sleeper.
"""

import asyncio
from asyncio import events
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any, Final, Self

Steps = Coroutine[Any, Any, Any]


class Killed(BaseException):
    """The process is gone: whatever a coroutine does while it is torn down has no effect."""


class Park:
    """Awaited by a port: the task stops here. `crash`: its process dies here."""

    def __init__(self, *, crash: bool) -> None:
        self.crash = crash

    def __await__(self) -> Generator[Self, None, None]:
        yield self


PAUSE: Final = Park(crash=False)
NAP: Final = Park(crash=False)
"""Sleep until the scheduler continues the task."""
CRASH: Final = Park(crash=True)


async def sleep(delay_s: float, result: Any = None) -> Any:
    """`asyncio.sleep` without a future per call."""
    await (NAP if delay_s > 0 else _LET_OTHERS)
    return result


async def first_only(first: Steps, *others: Steps) -> None:
    """`chassis.base.concurrency.first_of` without the others, which only check something now and then."""
    for each in others:
        each.close()
    await first


class _LetOthers:
    def __await__(self) -> Generator[None, None, None]:
        yield


_LET_OTHERS: Final = _LetOthers()


class _Handle:
    def cancel(self) -> None:
        """Only the scheduler wakes a sleeper."""


class Surface:
    """The part of an event loop that locks, futures and sleeps use."""

    def __init__(self) -> None:
        self.sleeping: set[asyncio.Future[Any]] = set()
        self.tried_again = False
        """A task that retries is in the middle of a round that failed and has not seen later events."""

    def get_debug(self) -> bool:
        return False

    def time(self) -> float:
        """Stands still: it is asked for what is repeated every some seconds, which no story needs."""
        return 0.0

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)  # type: ignore[arg-type]

    def call_later(self, _delay_s: float, _wake: Callable[..., None], future: asyncio.Future[Any], *_: Any) -> _Handle:
        self.sleeping.add(future)
        return _Handle()

    def run_in_executor(self, _executor: None, call: Callable[[], Any]) -> asyncio.Future[Any]:
        future = self.create_future()
        future.set_result(call())
        return future

    def __enter__(self) -> Self:
        self._before = events._get_running_loop()  # noqa: SLF001 - asyncio has these three for event loops
        events._set_running_loop(self)  # type: ignore[arg-type]  # noqa: SLF001
        return self

    def __exit__(self, *_raised: object) -> None:
        events._set_running_loop(self._before)  # noqa: SLF001


class Task:
    """One coroutine of one process and what it waits for."""

    def __init__(self, name: str, process: str, steps: Steps, surface: Surface) -> None:
        self.name, self.process, self._steps, self._surface = name, process, steps, surface
        self.service, self.role = process.partition(".")[0], name.partition(" ")[2]
        self.kind = f"{name.partition(' ')[0].partition('.')[0]} {self.role}"
        """The service and the task, whichever of two processes runs it."""
        self._waits: Any = None
        self.done, self.crashed, self.result = False, False, None
        self.error: Exception | None = None

    @property
    def paused(self) -> bool:
        """Whether it is in the middle of something (stopped by a fault or behind a lock), not asleep between two
        rounds.
        """
        waits = self._waits
        return waits is PAUSE or (isinstance(waits, asyncio.Future) and waits not in self._surface.sleeping)

    def go_on(self) -> None:
        """Run until it waits: for time, for a lock, or because a fault stopped it."""
        if self._stands_still():
            return
        while True:
            try:
                waits = self._steps.send(None)
            except StopIteration as end:
                self.done, self.result = True, end.value
                return
            except Exception as error:  # noqa: BLE001 - told to the scheduler
                self.done, self.error = True, error
                return
            if waits is not None:
                self._waits, self.crashed = waits, waits is CRASH
                return

    def _stands_still(self) -> bool:
        waits, sleeping = self._waits, self._surface.sleeping
        if self.done or self.crashed:
            return True
        if isinstance(waits, asyncio.Future):
            if waits in sleeping:
                sleeping.discard(waits)
                waits.set_result(None)
            elif not waits.done():
                return True  # a lock that another task of the process holds
            waits._asyncio_future_blocking = False  # noqa: SLF001
        self._waits = None
        return False

    def kill(self) -> None:
        """Tear it down. Its process must be marked dead before."""
        self.done = True
        if isinstance(self._waits, asyncio.Future):
            self._surface.sleeping.discard(self._waits)
        with suppress(Killed, RuntimeError):  # a dying coroutine may await once more
            self._steps.close()


def at_once(steps: Steps) -> Any:
    """The result of a coroutine that never waits for anything."""
    try:
        while steps.send(None) is None:
            pass
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")
