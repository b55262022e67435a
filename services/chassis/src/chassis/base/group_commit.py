"""How do many coroutines share one commit? What is asked while a commit runs goes into the next one, together."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final, Generic, TypeVar

from chassis.base.errors import Busy, ChassisError, StoreUnavailable

Q = TypeVar("Q")
R = TypeVar("R")

MOST_TOGETHER: Final = 500
BUSY_AFTER_S: Final = 1.0


@dataclass(slots=True)
class _Asked(Generic[Q, R]):
    request: Q
    weight: int
    answer: "asyncio.Future[R]"
    loop: asyncio.AbstractEventLoop
    outcome: "R | BaseException | None" = None


class GroupCommit(Generic[Q, R]):
    """One writer thread. `work` takes a list of requests, does them in one transaction and gives one outcome per
    request, in order: a result, or an exception for that request alone.

    An error of `chassis.base.errors` raised by `work` is told to the whole group. Any other is a fault of some request:
    the group is then taken one by one, so that nobody fails for a neighbour.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[Sequence[Q]], Sequence[R | Exception]],
        *,
        most: int = MOST_TOGETHER,
        busy_after_s: float = BUSY_AFTER_S,
    ) -> None:
        self._name, self._work, self._most, self._busy_after_s = name, work, most, busy_after_s
        self._queue: SimpleQueue[_Asked[Q, R] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._closed = False
        self._waiting = 0
        self._lock = Lock()
        self._group_s = 0.0
        self._since: float | None = None

    async def submit(self, request: Q, weight: int = 1) -> R:
        """The outcome of `request`, once committed. `weight` counts towards the size of a group.

        Cancelling the caller does not undo the request.

        Raises:
            Busy: what already waits would take longer than `busy_after_s`.
            StoreUnavailable: closed.
            Whatever `work` raised or gave for this request.
        """
        if self._closed:
            raise StoreUnavailable(f"{self._name} is closed")
        if (backlog_s := self._backlog_s()) > self._busy_after_s:
            raise Busy(round(backlog_s, 3))
        loop = asyncio.get_running_loop()
        asked: _Asked[Q, R] = _Asked(request, weight, loop.create_future(), loop)
        with self._lock:
            self._waiting += weight
            self._queue.put(asked)
            if self._thread is None:
                self._thread = Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        return await asked.answer

    async def close(self) -> None:
        """Finish what was accepted, then end the thread. Repeatable."""
        self._closed = True
        if self._thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)

    def _backlog_s(self) -> float:
        """How long the running group has taken, and the waiting ones would at the pace of late, groups being full
        when much waits.
        """
        since = self._since
        running_s = time.monotonic() - since if since is not None else 0.0
        return running_s + self._waiting / self._most * self._group_s

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._next_group()
            if group:
                self._commit(group)

    def _next_group(self) -> tuple[list[_Asked[Q, R]], bool]:
        """What waits, up to the limit, after waiting for the first; and whether to go on afterwards."""
        group: list[_Asked[Q, R]] = []
        weight = 0
        while weight < self._most:
            try:
                asked = self._queue.get_nowait() if group else self._queue.get()
            except Empty:
                break
            if asked is None:
                return group, False
            group.append(asked)
            weight += asked.weight
        return group, True

    def _commit(self, group: list[_Asked[Q, R]]) -> None:
        self._since = started = time.monotonic()
        self._carry_out(group)
        self._since = None
        self._group_s += 0.2 * (time.monotonic() - started - self._group_s)
        with self._lock:
            self._waiting -= sum(asked.weight for asked in group)
        by_loop: dict[asyncio.AbstractEventLoop, list[_Asked[Q, R]]] = {}
        for asked in group:
            by_loop.setdefault(asked.loop, []).append(asked)
        for loop, answered in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_answer, answered)

    def _carry_out(self, group: list[_Asked[Q, R]]) -> None:
        try:
            outcomes = self._work([asked.request for asked in group])
            for asked, outcome in zip(group, outcomes, strict=True):
                asked.outcome = outcome
        except ChassisError as error:
            for asked in group:
                asked.outcome = error
        except Exception as error:  # noqa: BLE001 - handed to the one who asked
            if len(group) == 1:
                group[0].outcome = error
                return
            for asked in group:
                self._carry_out([asked])


def _answer(answered: Sequence[_Asked[Q, R]]) -> None:
    for asked in answered:
        if asked.answer.done():  # its caller was cancelled
            continue
        if isinstance(asked.outcome, BaseException):
            asked.answer.set_exception(asked.outcome)
        else:
            asked.answer.set_result(asked.outcome)  # type: ignore[arg-type]
