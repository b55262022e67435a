"""The service `event_store.client.streams.Streams`: Read, Append, BatchAppend, Delete, Tombstone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from grpc import StatusCode
from kurrentdbclient.protos.v1 import shared_pb2, streams_pb2
from kurrentdbclient.protos.v1.streams_pb2 import BatchAppendReq, BatchAppendResp, ReadReq, ReadResp
from kurrentdbclient.protos.v1.streams_pb2_grpc import StreamsServicer

from support.kurrentdb import reading, wire
from support.kurrentdb.engine import Engine, InvalidPosition, Proposed, StreamDeleted, Written, WrongExpectedVersion
from support.kurrentdb.node import Context, Node, after_append, before_append


class Streams(StreamsServicer):
    def __init__(self, node: Node) -> None:
        self._node, self._cluster = node, node.cluster

    @property
    def _engine(self) -> Engine:
        return self._cluster.engine

    async def Read(self, request: ReadReq, context: Context) -> AsyncIterator[ReadResp]:
        options = request.options
        await self._node.admit(context, "read" if options.WhichOneof("count_option") == "count" else "subscribe")
        try:
            if options.WhichOneof("count_option") == "subscription":
                async for response in self._subscribed(options):
                    yield response
            else:
                for response in reading.read(self._engine, options):
                    yield response
        except StreamDeleted as error:
            await wire.deleted(context, error)
        except InvalidPosition:
            kind = "FilteredReadAllResult" if options.HasField("filter") else "ReadAllResult"
            await context.abort(StatusCode.UNKNOWN, f"Unexpected {kind}: InvalidPosition")
        except ValueError as error:
            await context.abort(StatusCode.INVALID_ARGUMENT, str(error))
        except asyncio.CancelledError:
            await context.abort(StatusCode.UNAVAILABLE, "Socket closed")

    async def _subscribed(self, options: reading.Options) -> AsyncIterator[ReadResp]:
        task = asyncio.current_task()
        assert task is not None
        self._cluster.subscriptions.add(task)
        try:
            async for response in reading.subscribe(self._engine, options):
                yield response
        finally:
            self._cluster.subscriptions.discard(task)

    async def BatchAppend(self, requests: AsyncIterator[BatchAppendReq], context: Context) -> AsyncIterator[Any]:
        await self._node.admit(context, "batch-append")
        pending: dict[str, tuple[BatchAppendReq.Options, list[Proposed]]] = {}
        async for request in requests:
            key = str(wire.uuid_of(request.correlation_id))
            if request.HasField("options"):
                pending.setdefault(key, (request.options, []))
            if key not in pending:
                continue
            response = await self._part(key, request, pending, context)
            if response is not None:
                response.correlation_id.CopyFrom(request.correlation_id)
                yield response

    async def _part(
        self, key: str, request: BatchAppendReq, pending: dict[str, Any], context: Context
    ) -> BatchAppendResp | None:
        options, events = pending[key]
        try:
            events += [wire.proposed(message) for message in request.proposed_messages]
            most = self._cluster.most_append_bytes
            if sum(map(wire.size_on_disk, events)) > most:
                del pending[key]
                exceeded = shared_pb2.MaximumAppendSizeExceeded(maxAppendSize=most)
                return BatchAppendResp(error=wire.status("INVALID_ARGUMENT", "MaximumAppendSizeExceeded", exceeded))
            if not request.is_final:
                return None
            del pending[key]
            if options.WhichOneof("deadline_option") == "deadline" and options.deadline.ToNanoseconds() <= 0:
                return BatchAppendResp(error=wire.status("DEADLINE_EXCEEDED", "Timeout", shared_pb2.Timeout()))
            expected = wire.expected_of(options, "expected_stream_position")
            stream = wire.stream_of(options.stream_identifier)
            return _batch_success(options, await self._append(stream, expected, events, context))
        except (WrongExpectedVersion, StreamDeleted, ValueError) as error:
            pending.pop(key, None)
            return BatchAppendResp(error=wire.status_of(error), stream_identifier=options.stream_identifier)
        except KeyError as error:
            pending.pop(key, None)
            return BatchAppendResp(error=wire.status_of(ValueError(f"Required Metadata Property {error} is missing")))

    async def Append(self, requests: AsyncIterator[Any], context: Context) -> streams_pb2.AppendResp:
        await self._node.admit(context, "append")
        options, events = None, list[Proposed]()
        async for request in requests:
            if request.WhichOneof("content") == "options":
                options = request.options
                continue
            try:
                events.append(wire.proposed(request.proposed_message))
            except KeyError as error:
                await context.abort(StatusCode.INVALID_ARGUMENT, f"Required Metadata Property {error} is missing")
        if options is None:
            await context.abort(StatusCode.INVALID_ARGUMENT, "no options")
        most = self._cluster.most_append_bytes
        if sum(map(wire.size_on_disk, events)) > most:
            text = f"Maximum Append Size of {most} Exceeded."
            catch_up_sweep = {"exception": "maximum-append-size-exceeded", "maximum_append_size": str(most)}
            await wire.abort(context, StatusCode.INVALID_ARGUMENT, text, **catch_up_sweep)
        stream = wire.stream_of(options.stream_identifier)
        try:
            expected = wire.expected_of(options, "expected_stream_revision")
            written = await self._append(stream, expected, events, context)
        except WrongExpectedVersion as error:
            return wire.append_refused(error)
        except StreamDeleted as error:
            await wire.deleted(context, error)
        return _success(written)

    async def _append(self, stream: str, expected: int, events: Sequence[Proposed], context: Context) -> Written:
        fault = self._cluster.fault()
        await before_append(context, fault)
        written = self._engine.append(stream, expected, events)
        await after_append(context, fault)
        return written

    async def Delete(self, request: streams_pb2.DeleteReq, context: Context) -> streams_pb2.DeleteResp:
        await self._node.admit(context, "delete")
        written = await self._removed(self._engine.delete, request.options, context)
        position = streams_pb2.DeleteResp.Position(commit_position=written.position, prepare_position=written.position)
        return streams_pb2.DeleteResp(position=position)

    async def Tombstone(self, request: streams_pb2.TombstoneReq, context: Context) -> streams_pb2.TombstoneResp:
        await self._node.admit(context, "tombstone")
        written = await self._removed(self._engine.tombstone, request.options, context)
        at = streams_pb2.TombstoneResp.Position(commit_position=written.position, prepare_position=written.position)
        return streams_pb2.TombstoneResp(position=at)

    async def _removed(self, remove: Any, options: Any, context: Context) -> Written:
        stream = wire.stream_of(options.stream_identifier)
        try:
            written: Written = remove(stream, wire.expected_of(options, "expected_stream_revision"))
        except WrongExpectedVersion as error:
            await wire.wrong_version(context, "Delete", error)
        except StreamDeleted as error:
            await wire.deleted(context, error)
        return written


def _batch_success(options: BatchAppendReq.Options, written: Written) -> BatchAppendResp:
    success = BatchAppendResp.Success()
    if written.version < 0:
        success.no_stream.SetInParent()
    else:
        success.current_revision = written.version
    success.position.commit_position = success.position.prepare_position = written.position
    return BatchAppendResp(success=success, stream_identifier=options.stream_identifier)


def _success(written: Written) -> streams_pb2.AppendResp:
    success = streams_pb2.AppendResp.Success()
    if written.version < 0:
        success.no_stream.SetInParent()
    else:
        success.current_revision = written.version
    success.position.commit_position = success.position.prepare_position = written.position
    return streams_pb2.AppendResp(success=success)
