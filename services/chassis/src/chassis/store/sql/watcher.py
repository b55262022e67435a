"""Notices other processes' appends: one thread per store and process polls the newest position."""

from contextlib import closing
from threading import Event, Lock, Thread
from typing import Final

from chassis.sql.database import Database
from chassis.store.head import StoreHead

BUSY_S, IDLE_S, FAILED_S = 0.01, 0.02, 0.2
IDLE_AFTER: Final = 40
"""Polls without a new position after which the thread slows down."""


class HeadWatcher:
    """Advances `head`. If a poll fails, it wakes the readers, whose own reads then raise the error, and ends; `start`
    starts it again.
    """

    def __init__(self, database: Database, head: StoreHead) -> None:
        self._database, self._head = database, head
        self._ended = Event()
        self._thread: Thread | None = None
        self._lock = Lock()

    def start(self) -> None:
        """Start the thread unless it runs."""
        with self._lock:
            if not self._ended.is_set() and (self._thread is None or not self._thread.is_alive()):
                self._thread = Thread(target=self._run, name="store-watch", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Stop the thread; blocks for some milliseconds. Repeatable."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._watch()
        except Exception:  # noqa: BLE001 - the readers' next read raises it
            self._ended.wait(FAILED_S)
        self._head.wake()

    def _watch(self) -> None:
        with closing(self._database.polling_connection()) as connection, closing(connection.cursor()) as cursor:
            last, quiet = -1, 0
            while not self._ended.wait(BUSY_S if quiet < IDLE_AFTER else IDLE_S):
                cursor.execute("select coalesce(max(position), 0) from events")
                [[position]] = cursor.fetchall()
                # A first or an earlier position than the last one: perhaps an older copy of the store was restored.
                (self._head.advance if 0 <= last <= position else self._head.reset)(position)
                last, quiet = position, (quiet + 1 if position == last else 0)
