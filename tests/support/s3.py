"""A real S3 server in this process (moto), and a door before it that can fail in the middle of an upload."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

BUCKET = "lampiran"


@contextmanager
def s3_server(patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Its address; the standard variables name it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1",
    }.items():  # fmt: skip
        patch.setenv(name, value)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    patch.setenv("AWS_ENDPOINT_URL", address)
    client(address).create_bucket(Bucket=BUCKET)
    try:
        yield address
    finally:
        httpx.post(f"{address}/moto-api/reset")
        server.stop()


def client(address: str):  # type: ignore[no-untyped-def]
    return boto3.client("s3", endpoint_url=address)


def keys(address: str) -> list[str]:
    return [each["Key"] for each in client(address).list_objects_v2(Bucket=BUCKET).get("Contents", ())]


@asynccontextmanager
async def door(address: str, breaks_after: int) -> AsyncIterator[str]:
    """The server behind a connection that breaks after so many bytes in all, and does not come back."""
    port = int(address.rpartition(":")[2])
    left = [breaks_after]

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool) -> None:
        while data := await reader.read(65536):
            if counted:
                left[0] -= len(data)
            if left[0] < 0:
                break
            writer.write(data)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            inner, outer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(
                carry(reader, outer, counted=True), carry(inner, writer, counted=False), return_exceptions=True
            )
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
