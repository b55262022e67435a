"""Files in a folder and in a bucket of a real S3 server: kept whole or not at all, erased together, still readable."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.attachments.chunks import CHUNK
from chassis.attachments.objects import Objects
from chassis.attachments.store import Attachments, Copy, FileId
from chassis.base.errors import StoreUnavailable
from schemas.base.refusals import DataErased, NotFound
from schemas.base.sealed import BrokenSeal, Keys
from support import s3

KEYS = Keys({1: b"k" * 32})
COMPLAINT, FILE = UUID(int=3), UUID(int=4)
LARGE = 12 * 1024 * 1024 + 1
"""Three parts of an S3 upload."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with s3.s3_server(monkeypatch) as address:
        yield address


@pytest.fixture(params=["folder", "bucket"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    if request.param == "folder":
        return Objects.in_folder(tmp_path / "attachments")
    request.getfixturevalue("address")
    return Objects.in_bucket(f"s3://{s3.BUCKET}/below", {})


def file(size: int, copy: Copy = Copy.ORIGINAL, attachment: UUID = FILE) -> FileId:
    return FileId(COMPLAINT, attachment, copy, size)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]


async def content_of(attachments: Attachments, of: FileId, start: int = 0, end: int | None = None) -> bytes:
    opened = await attachments.open(of, KEYS)
    return b"".join([piece async for piece in opened.content(start, end)])


@pytest.mark.parametrize("size", [1, CHUNK, LARGE])
async def test_a_file_is_read_as_it_was_written_whole_and_in_part(objects: Objects, size: int) -> None:
    attachments, content = Attachments(objects), os.urandom(size)
    for _ in range(2):
        await attachments.keep(file(size), pieces(content), KEYS)
    assert await content_of(attachments, file(size)) == content
    assert await content_of(attachments, file(size), size // 2, size // 2 + 1) == content[size // 2 : size // 2 + 1]


async def test_an_erasure_takes_every_file_of_the_complaint_and_no_other(objects: Objects) -> None:
    attachments, other = Attachments(objects), FileId(UUID(int=9), FILE, Copy.ORIGINAL, 1)
    for of in (file(1), file(1, Copy.CLEANED), file(1, attachment=UUID(int=5)), other):
        await attachments.keep(of, pieces(b"x"), KEYS)
    for _ in range(2):
        await attachments.forget(COMPLAINT)
        assert not await attachments.holds(COMPLAINT)
        with pytest.raises(NotFound):
            await attachments.open(file(1), KEYS)
    assert await attachments.holds(other.complaint)
    assert await content_of(attachments, other) == b"x"


async def test_what_is_missing_is_not_found_and_without_a_key_it_is_erased(objects: Objects) -> None:
    attachments = Attachments(objects)
    with pytest.raises(NotFound):
        await attachments.open(file(1), KEYS)
    await attachments.keep(file(1), pieces(b"x"), KEYS)
    with pytest.raises(DataErased):
        await attachments.open(file(1), Keys())
    with pytest.raises(BrokenSeal):
        await attachments.open(file(2), KEYS)


async def test_a_content_that_ends_in_an_error_leaves_no_object(objects: Objects) -> None:
    attachments = Attachments(objects)

    async def breaks() -> AsyncIterator[bytes]:
        yield os.urandom(LARGE)
        raise ConnectionError

    with pytest.raises(StoreUnavailable):
        await attachments.keep(file(LARGE), breaks(), KEYS)
    with pytest.raises(NotFound):
        await attachments.open(file(LARGE), KEYS)
    assert not await attachments.holds(COMPLAINT)


@pytest.mark.parametrize("after", [0, 3_000_000, 8_000_000])
async def test_a_connection_that_breaks_in_the_middle_leaves_no_object_and_the_upload_can_be_repeated(
    address: str, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    content = os.urandom(LARGE)
    async with s3.door(address, after) as broken:
        monkeypatch.setenv("AWS_ENDPOINT_URL", broken)
        with pytest.raises(StoreUnavailable):
            await Attachments(Objects.in_bucket(f"s3://{s3.BUCKET}", {})).keep(file(LARGE), pieces(content), KEYS)
    assert s3.keys(address) == []
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    attachments = Attachments(Objects.in_bucket(f"s3://{s3.BUCKET}", {}))
    await attachments.keep(file(LARGE), pieces(content), KEYS)
    assert await content_of(attachments, file(LARGE)) == content


async def test_names_in_the_bucket_say_nothing_of_the_content(address: str) -> None:
    attachments = Attachments(Objects.in_bucket(f"s3://{s3.BUCKET}/below", {}))
    await attachments.keep(file(1), pieces(b"x"), KEYS)
    assert s3.keys(address) == [f"below/00/{COMPLAINT.hex}/{FILE.hex}.original"]


async def test_files_of_a_folder_are_their_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        await Attachments(Objects.in_folder(tmp_path / "a")).keep(file(1), pieces(b"x"), KEYS)
    finally:
        os.umask(before)
    assert [path for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077] == []


async def test_a_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "00" / COMPLAINT.hex / FILE.hex
    path.parent.mkdir(parents=True)
    nonce = b"n" * 12
    path.write_bytes((1).to_bytes(4, "big") + nonce + AESGCM(b"k" * 32).encrypt(nonce, b"bukti lama", FILE.bytes))
    attachments = Attachments(Objects.in_folder(tmp_path))
    assert await content_of(attachments, file(10)) == b"bukti lama"
    assert await content_of(attachments, file(10), 6, 10) == b"lama"
    with pytest.raises(DataErased):
        await attachments.open(file(10), Keys())
    await attachments.forget(COMPLAINT)
    assert not path.exists()


async def test_a_bucket_that_is_missing_is_an_outage_that_names_the_setting(address: str) -> None:
    del address
    with pytest.raises(StoreUnavailable, match="SATUPINTU_ATTACHMENTS_URL"):
        await Attachments(Objects.in_bucket("s3://nobody-has-this", {})).keep(file(1), pieces(b"x"), KEYS)
