"""Which of our errors stands for each of the client's."""

import asyncio
from typing import Final

from kurrentdbclient import exceptions as theirs

from chassis.base import errors as ours

MEANINGS: Final[tuple[tuple[tuple[type[BaseException], ...], type[ours.ChassisError], str], ...]] = (
    ((theirs.SSLError,), ours.AccessDenied, "TLS does not match: "),
    ((theirs.AccessDeniedError, theirs.UnauthenticatedError), ours.AccessDenied, "wrong credential or no right: "),
    ((theirs.StreamIsDeletedError, theirs.StreamTombstonedError), ours.StreamDeleted, ""),
    ((theirs.MaximumAppendSizeExceededError,), ours.EventTooLarge, "too many bytes in one append: "),
    ((theirs.InvalidCommitPositionError,), ours.WrongStore, "no record at this position, it is of another store: "),
    ((theirs.BadRequestError, theirs.InvalidArgumentError, theirs.InvalidTransactionError), ours.Permanent, ""),
    ((TimeoutError, asyncio.CancelledError), ours.StoreUnavailable, "does not answer: "),
    ((BaseException,), ours.StoreUnavailable, ""),
)
"""The client's errors, ours, and an explanation; the first line that fits counts."""


def meaning(error: BaseException, target: str) -> ours.ChassisError:
    """Our error for one that a call of the client raised; `target` names the server."""
    said = " ".join(str(error).split()) or type(error).__name__
    type_, explanation = next((type_, text) for types, type_, text in MEANINGS if isinstance(error, types))
    return type_(f"{target}: {explanation}{said}")


def refuse_own_cancellation(error: BaseException) -> None:
    """Raise `error` again if it cancels the current task. gRPC raises the same error in a call whose channel was closed
    because another call made the connection anew; that one is an ordinary lost connection.
    """
    task = asyncio.current_task()
    if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
        raise error
