"""What the client's errors mean to a caller of ours."""

import asyncio
from typing import Final

import grpc
from kurrentdbclient import exceptions as theirs
from kurrentdbclient.streams import handle_streams_rpc_error

from chassis.base.errors import (
    AccessDenied,
    ChassisError,
    EventTooLarge,
    OutcomeUnknown,
    Permanent,
    StoreUnavailable,
    StreamDeleted,
    WrongStore,
)

DENIED: Final = (theirs.SSLError, theirs.AccessDeniedError, theirs.UnauthenticatedError)
GONE: Final = (theirs.StreamIsDeletedError, theirs.StreamTombstonedError)
LARGE: Final = (
    theirs.MaximumAppendSizeExceededError,
    theirs.RecordMaxSizeExceededError,
    theirs.TransactionMaxSizeExceededError,
)
MISTAKEN: Final = (theirs.BadRequestError, theirs.InvalidArgumentError, theirs.InvalidTransactionError)


def clients_own(error: BaseException) -> BaseException:
    """The client's error for one of gRPC's, which our own calls meet bare."""
    return handle_streams_rpc_error(error) if isinstance(error, grpc.RpcError) else error


def refuse_own_cancellation(error: BaseException) -> None:
    """Raise `error` again if it cancels us. gRPC tells a call whose channel was closed, since the connection was made
    anew for another call, by the same error; that one is a lost connection like any other.
    """
    task = asyncio.current_task()
    if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
        raise error


class Lost(OutcomeUnknown):
    """The answer to an append will not come. What is known must be asked for."""


def meaning(error: BaseException, target: str) -> ChassisError:
    """The error of ours for one of the client's, in a call that wrote nothing."""
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, ChassisError):
        return error
    if isinstance(error, theirs.SSLError):
        return AccessDenied(f"{target}: TLS does not match: {said}")
    if isinstance(error, DENIED):
        return AccessDenied(f"{target}: {type(error).__name__}, wrong credential or no right: {said}")
    if isinstance(error, GONE):
        return StreamDeleted(said)
    if isinstance(error, LARGE):
        return EventTooLarge(f"{target}: {said}")
    if isinstance(error, theirs.InvalidCommitPositionError) or "InvalidPosition" in said:
        return WrongStore(f"{target} has no record at this position: it was reached in another store")
    if isinstance(error, MISTAKEN):
        return Permanent(f"{target}: {said}")
    if isinstance(error, TimeoutError | asyncio.CancelledError):
        return StoreUnavailable(f"{target} does not answer")
    return StoreUnavailable(f"{target}: {said}")
