"""Translates database errors: nothing was written, outcome unknown, access denied, or our own mistake."""

import sqlite3
import time
from collections.abc import Callable
from random import Random
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.base.errors import AccessDenied, ChassisError, OutcomeUnknown, StoreUnavailable

LOCK_TIMEOUT_S: Final = 5.0
SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.0002, 0.002
_WAITS: Final = Random()  # noqa: S311 - not a secret. Its own: threads draw from it while tests rely on the global one.

T = TypeVar("T")

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DEADLOCK, _SERIALIZATION, _NO_SUCH_TABLE = "40P01", "40001", "42P01"


def retry_while_locked(act: Callable[[], T]) -> T:
    """Call `act`; retry while another process or transaction holds a lock, for at most `LOCK_TIMEOUT_S`.

    Waits a random 0.2 to 2 ms: SQLite's own handler waits ever longer, and one of four writers then waits a second.

    Raises:
        StoreUnavailable: still locked at the end, or the database does not accept the call.
        AccessDenied, and SQLAlchemy's errors for our own mistakes (a wrong statement, a constraint).
    """
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    while True:
        try:
            return act()
        except (DBAPIError, PoolTimeout, sqlite3.Error) as error:
            if not _is_temporary(error) or time.monotonic() >= deadline:
                raise translate_error(error) from error
        time.sleep(_WAITS.uniform(SHORTEST_WAIT_S, LONGEST_WAIT_S))


def translate_error(error: Exception) -> Exception:
    """The error to raise for an error of a transaction that was rolled back."""
    if isinstance(error, IntegrityError):
        return error
    if _sqlstate(error).startswith("28") or _sqlstate(error) == "42501":
        return AccessDenied(_reason(error))
    if _sqlstate(error) == _NO_SUCH_TABLE:  # the database is being restored: there were tables when this process began
        return StoreUnavailable(_reason(error))
    if isinstance(error, OperationalError | InterfaceError | InternalError | PoolTimeout | sqlite3.OperationalError):
        return StoreUnavailable(_reason(error))
    return StoreUnavailable(_reason(error)) if _sqlite_code(error) in _DAMAGED else error


def translate_commit_error(error: DBAPIError) -> ChassisError | None:
    """None if the commit was certainly refused and nothing was written; else `OutcomeUnknown`."""
    refused = _sqlite_code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL} or (
        _sqlstate(error)[:2] not in {"", "08", "57", "58", "XX"}
    )
    return None if refused else OutcomeUnknown(_reason(error))


def _is_temporary(error: Exception) -> bool:
    """Whether an immediate retry may help: a lock, a deadlock, or a connection lost while idle."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return not isinstance(error.orig, sqlite3.Error)
    return _sqlite_code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} or (
        _sqlstate(error) in {_DEADLOCK, _SERIALIZATION}
    )


def _sqlite_code(error: Exception) -> int:
    """SQLite's primary result code; 0 for other databases."""
    return getattr(getattr(error, "orig", error), "sqlite_errorcode", 0) & 0xFF


def _sqlstate(error: Exception) -> str:
    """PostgreSQL's SQLSTATE; empty if there is none."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip() or type(error).__name__
