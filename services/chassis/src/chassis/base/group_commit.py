"""Group commit: requests that arrive while a commit runs share the next one."""

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

GROUP_LIMIT: Final = 500
BUSY_AFTER_S: Final = 1.0


@dataclass(slots=True)
class _Pending(Generic[Q, R]):
    request: Q
    weight: int
    result: "asyncio.Future[R]"
    loop: asyncio.AbstractEventLoop
    outcome: "R | BaseException | None" = None


class GroupCommit(Generic[Q, R]):
    """One writer thread. `work` carries out a list of requests in one transaction and returns one outcome per request,
    in order: a result, or an exception for that request alone.

    If `work` raises an error of `chassis.base.errors`, every request of the group gets it. Any other error is caused by
    one of the requests: each is then carried out alone, so that only the faulty one fails.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[Sequence[Q]], Sequence[R | Exception]],
        *,
        limit: int = GROUP_LIMIT,
        busy_after_s: float = BUSY_AFTER_S,
    ) -> None:
        self._name, self._work, self._limit, self._busy_after_s = name, work, limit, busy_after_s
        self._queue: SimpleQueue[_Pending[Q, R] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._closed = False
        self._waiting = 0
        self._lock = Lock()
        self._group_s = 0.0
        self._since: float | None = None

    async def submit(self, request: Q, weight: int = 1) -> R:
        """The outcome of `request` once it is committed. `weight` counts towards the size of a group.

        Cancelling the caller does not undo the request.

        Raises:
            Busy: the backlog would take longer than `busy_after_s`.
            StoreUnavailable: closed.
            What `work` raised or returned for this request.
        """
        if self._closed:
            raise StoreUnavailable(f"{self._name} is closed")
        if (backlog_s := self._backlog_s()) > self._busy_after_s:
            raise Busy(round(backlog_s, 3))
        loop = asyncio.get_running_loop()
        pending: _Pending[Q, R] = _Pending(request, weight, loop.create_future(), loop)
        with self._lock:
            self._waiting += weight
            self._queue.put(pending)
            if self._thread is None:
                self._thread = Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        return await pending.result

    async def close(self) -> None:
        """Finish the accepted requests, then end the thread. Repeatable."""
        self._closed = True
        if self._thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)

    def _backlog_s(self) -> float:
        """Seconds the running group has taken so far, plus those the waiting groups will take at the recent pace."""
        since = self._since
        running_s = time.monotonic() - since if since is not None else 0.0
        return running_s + self._waiting / self._limit * self._group_s

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._next_group()
            if group:
                self._commit(group)

    def _next_group(self) -> tuple[list[_Pending[Q, R]], bool]:
        """Wait for a request; return it with those that wait behind it, up to the limit, and whether to go on."""
        group: list[_Pending[Q, R]] = []
        weight = 0
        while weight < self._limit:
            try:
                pending = self._queue.get_nowait() if group else self._queue.get()
            except Empty:
                break
            if pending is None:
                return group, False
            group.append(pending)
            weight += pending.weight
        return group, True

    def _commit(self, group: list[_Pending[Q, R]]) -> None:
        self._since = started = time.monotonic()
        self._carry_out(group)
        self._since = None
        self._group_s += 0.2 * (time.monotonic() - started - self._group_s)
        with self._lock:
            self._waiting -= sum(pending.weight for pending in group)
        by_loop: dict[asyncio.AbstractEventLoop, list[_Pending[Q, R]]] = {}
        for pending in group:
            by_loop.setdefault(pending.loop, []).append(pending)
        for loop, done in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_resolve, done)

    def _carry_out(self, group: list[_Pending[Q, R]]) -> None:
        try:
            outcomes = self._work([pending.request for pending in group])
            for pending, outcome in zip(group, outcomes, strict=True):
                pending.outcome = outcome
        except ChassisError as error:
            for pending in group:
                pending.outcome = error
        except Exception as error:  # noqa: BLE001 - raised by the caller's await
            if len(group) == 1:
                group[0].outcome = error
                return
            for pending in group:
                self._carry_out([pending])


def _resolve(done: Sequence[_Pending[Q, R]]) -> None:
    for pending in done:
        if pending.result.done():  # its caller was cancelled
            continue
        if isinstance(pending.outcome, BaseException):
            pending.result.set_exception(pending.outcome)
        else:
            pending.result.set_result(pending.outcome)  # type: ignore[arg-type]
