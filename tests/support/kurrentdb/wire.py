"""Converts between gRPC messages and the engine: ids in both forms, errors with the details that clients read."""

from typing import Any, NoReturn
from uuid import UUID

from google.protobuf import any_pb2, empty_pb2
from grpc import StatusCode
from grpc.aio import ServicerContext
from kurrentdbclient.protos.google.rpc import code_pb2
from kurrentdbclient.protos.v1 import shared_pb2, status_pb2, streams_pb2

from support.kurrentdb.engine import ANY, EXISTS, NO_STREAM, Proposed, StreamDeleted, WrongExpectedVersion


def uuid_of(message: shared_pb2.UUID) -> UUID:
    if message.WhichOneof("value") == "string":
        return UUID(message.string)
    halves = message.structured
    high, low = halves.most_significant_bits, halves.least_significant_bits
    return UUID(int=(high % 2**64) << 64 | low % 2**64)


def structured(value: UUID) -> shared_pb2.UUID:
    high, low = value.int >> 64, value.int % 2**64
    signed = shared_pb2.UUID.Structured(most_significant_bits=_signed(high), least_significant_bits=_signed(low))
    return shared_pb2.UUID(structured=signed)


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number


def stream_of(identifier: shared_pb2.StreamIdentifier) -> str:
    return identifier.stream_name.decode()


def proposed(message: Any) -> Proposed:
    """Raises KeyError: its type or content type is missing; ValueError: its id is none."""
    fields = dict(message.metadata)
    for required in ("type", "content-type"):
        fields[required]
    return Proposed(uuid_of(message.id), fields, message.custom_metadata, message.data)


def size_on_disk(event: Proposed) -> int:
    return len(event.data) + len(event.custom_metadata) + 2 * len(event.metadata["type"])


def expected_of(options: Any, oneof: str) -> int:
    """The version that `options` expects."""
    named = {"any": ANY, "stream_exists": EXISTS, "no_stream": NO_STREAM}
    which = options.WhichOneof(oneof)
    if which is None:
        raise ValueError(f"no {oneof}")
    return named[which] if which in named else int(getattr(options, which))


def status(code: str, message: str, details: Any = None) -> status_pb2.Status:
    packed = any_pb2.Any()
    packed.Pack(details if details is not None else empty_pb2.Empty())
    return status_pb2.Status(code=code_pb2.Code.Value(code), message=message, details=packed)


def status_of(error: Exception) -> status_pb2.Status:
    """The error details of one append in BatchAppend."""
    match error:
        case WrongExpectedVersion():
            return status("UNKNOWN", "WrongExpectedVersion", wrong_expected_version(error))
        case StreamDeleted():
            identifier = shared_pb2.StreamIdentifier(stream_name=error.stream.encode())
            return status("NOT_FOUND", "StreamDeleted", shared_pb2.StreamDeleted(stream_identifier=identifier))
        case _:
            return status("INVALID_ARGUMENT", "BadRequest", shared_pb2.BadRequest(message=str(error)))


def wrong_expected_version(error: WrongExpectedVersion) -> shared_pb2.WrongExpectedVersion:
    details = shared_pb2.WrongExpectedVersion()
    if error.actual < 0:
        details.current_no_stream.SetInParent()
    else:
        details.current_stream_revision = error.actual
    match error.expected:
        case -1:
            details.expected_no_stream.SetInParent()
        case -2:
            details.expected_any.SetInParent()
        case -4:
            details.expected_stream_exists.SetInParent()
        case version:
            details.expected_stream_position = version
    return details


def append_refused(error: WrongExpectedVersion) -> streams_pb2.AppendResp:
    """The error details in the older Append, which carries them twice."""
    refused = streams_pb2.AppendResp.WrongExpectedVersion()
    if error.actual < 0:
        refused.current_no_stream.SetInParent()
        refused.no_stream_20_6_0.SetInParent()
    else:
        refused.current_revision = refused.current_revision_20_6_0 = error.actual
    match error.expected:
        case -1:
            refused.expected_no_stream.SetInParent()
        case -2:
            refused.expected_any.SetInParent()
            refused.any_20_6_0.SetInParent()
        case -4:
            refused.expected_stream_exists.SetInParent()
            refused.stream_exists_20_6_0.SetInParent()
        case version:
            refused.expected_revision = refused.expected_revision_20_6_0 = version
    return streams_pb2.AppendResp(wrong_expected_version=refused)


async def abort(context: "ServicerContext[Any, Any]", code: StatusCode, text: str, **catch_up_sweep: str) -> NoReturn:
    """End the call with an error and the trailing metadata that clients read."""
    await context.abort(code, text, tuple((name.replace("_", "-"), value) for name, value in catch_up_sweep.items()))


async def deleted(context: "ServicerContext[Any, Any]", error: StreamDeleted) -> NoReturn:
    await abort(
        context,
        StatusCode.FAILED_PRECONDITION,
        f"Event stream '{error.stream}' is deleted.",
        exception="stream-deleted",
        stream_name=error.stream,
    )


async def wrong_version(context: "ServicerContext[Any, Any]", what: str, error: WrongExpectedVersion) -> NoReturn:
    text = f"{what} failed due to WrongExpectedVersion. Stream: {error.stream}, "
    await abort(
        context,
        StatusCode.FAILED_PRECONDITION,
        f"{text}Expected version: {error.expected}, Actual version: {error.actual}",
        exception="wrong-expected-version",
        stream_name=error.stream,
        expected_version=str(error.expected),
        actual_version=str(error.actual),
    )
