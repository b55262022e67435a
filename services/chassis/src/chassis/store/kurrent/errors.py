"""Which of our errors stands for each of the client's."""

import asyncio
from typing import Final

from kurrentdbclient import exceptions as theirs

from chassis.base.errors import (
    AccessDenied,
    ChassisError,
    EventTooLarge,
    Permanent,
    StoreUnavailable,
    StreamDeleted,
    WrongStore,
)

MEANINGS: Final[tuple[tuple[tuple[type[BaseException], ...], type[ChassisError], str], ...]] = (
    ((theirs.SSLError,), AccessDenied, "TLS does not match: "),
    ((theirs.AccessDeniedError, theirs.UnauthenticatedError), AccessDenied, "wrong credential or no right: "),
    ((theirs.StreamIsDeletedError, theirs.StreamTombstonedError), StreamDeleted, ""),
    ((theirs.MaximumAppendSizeExceededError,), EventTooLarge, "too many bytes in one append: "),
    ((theirs.InvalidCommitPositionError,), WrongStore, "no record at this position, it was reached in another store: "),
    ((theirs.BadRequestError, theirs.InvalidArgumentError, theirs.InvalidTransactionError), Permanent, ""),
    ((TimeoutError, asyncio.CancelledError), StoreUnavailable, "does not answer: "),
)
"""The client's error, ours, and an explanation; whatever is not listed is `StoreUnavailable`."""


def meaning(error: BaseException, target: str) -> ChassisError:
    """Our error for one that a call of the client raised; `target` names the server."""
    said = " ".join(str(error).split()) or type(error).__name__
    for types, ours, explanation in MEANINGS:
        if isinstance(error, types):
            return ours(f"{target}: {explanation}{said}")
    return StoreUnavailable(f"{target}: {said}")


def refuse_own_cancellation(error: BaseException) -> None:
    """Raise `error` again if it cancels the current task. gRPC raises the same error in a call whose channel was closed
    because another call made the connection anew; that one is an ordinary lost connection.
    """
    task = asyncio.current_task()
    if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
        raise error
