"""Files sealed in chunks: nobody who can write the store can change, shorten, reorder or exchange them unnoticed."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.attachments.chunks import CHUNK, HEAD, TAG, Opener, Span, seal, sealed_size
from schemas.base.refusals import DataErased
from schemas.base.sealed import BrokenSeal, Keys

KEYS = Keys({1: b"1" * 32, 2: b"2" * 32})
PLACE = b"complaint and file"
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7)


async def pieces(content: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def sealed(content: bytes, place: bytes = PLACE) -> bytes:
    return b"".join([piece async for piece in seal(pieces(content), place, KEYS)])


async def opened(stored: bytes, size: int, start: int = 0, end: int | None = None, keys: Keys = KEYS) -> bytes:
    span = Span.of(start, size if end is None else end)
    opener = Opener(stored[:HEAD], PLACE, keys, size)
    part = stored[span.offset : span.sealed_end(size)]
    return b"".join([piece async for piece in opener.open(pieces(part, 7_001), span)])


def content_of(size: int) -> bytes:
    return bytes(number * 7 % 251 for number in range(size))


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_of_any_size_is_read_as_it_was_written(size: int) -> None:
    content = content_of(size)
    stored = await sealed(content)
    assert len(stored) == sealed_size(size)
    assert await opened(stored, size) == content
    assert content[:100] not in stored or size < 20


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SIZES[1:]), st.data())
async def test_any_part_of_a_file_can_be_read_alone(size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    content = content_of(size)
    assert await opened(await sealed(content), size, start, end) == content[start:end]


async def test_a_changed_byte_is_found_wherever_it_is() -> None:
    size = 2 * CHUNK + 5
    stored = await sealed(content_of(size))
    for at in (0, 5, 9, HEAD, HEAD + CHUNK, HEAD + CHUNK + TAG + 3, len(stored) - 1):
        changed = bytearray(stored)
        changed[at] ^= 1
        with pytest.raises((BrokenSeal, DataErased)):
            await opened(bytes(changed), size)


async def test_a_file_that_lost_its_last_chunks_is_refused_even_if_its_size_is_forged_too() -> None:
    size = 3 * CHUNK + 5
    stored = await sealed(content_of(size))
    for chunks in (1, 2, 3):
        shorter = stored[: HEAD + chunks * (CHUNK + TAG)]
        with pytest.raises(BrokenSeal):
            await opened(shorter, size)
        with pytest.raises(BrokenSeal):
            await opened(shorter, chunks * CHUNK)


async def test_chunks_in_another_order_or_repeated_are_refused() -> None:
    size, step = 3 * CHUNK, CHUNK + TAG
    stored = await sealed(content_of(size))
    one, two, three = (stored[HEAD + n * step : HEAD + (n + 1) * step] for n in range(3))
    for order in ((two, one, three), (one, one, three), (one, three, two), (three, two, one)):
        with pytest.raises(BrokenSeal):
            await opened(stored[:HEAD] + b"".join(order), size)
    with pytest.raises(BrokenSeal):
        await opened(stored + one, size + CHUNK)


async def test_a_file_cannot_take_the_place_of_another_one() -> None:
    with pytest.raises(BrokenSeal):
        await opened(await sealed(b"bukti", b"another file"), 5)


async def test_equal_files_are_sealed_to_different_bytes() -> None:
    assert await sealed(b"bukti") != await sealed(b"bukti")


async def test_without_its_key_a_file_is_erased() -> None:
    stored = await sealed(b"bukti")
    with pytest.raises(DataErased):
        await opened(stored, 5, keys=Keys({1: b"1" * 32}))
    with pytest.raises(DataErased):
        await sealed_without_keys()


async def sealed_without_keys() -> None:
    async for _ in seal(pieces(b"x"), PLACE, Keys()):
        pass
