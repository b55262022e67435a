"""Files of any size, sealed in chunks: memory stays bounded, and no chunk can be changed, moved, repeated or left out.

The STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance", 2015), as the file format age uses it: each chunk of `CHUNK` bytes is sealed with AES-256-GCM under
a key of this file alone, with its number and whether it is the last one as the nonce. The file's key is derived with
HKDF-SHA256 from a generation of the complaint's key, a random salt, and the place where the file is kept.

    magic (4) | generation (4, big-endian) | salt (16) | chunk 0 and tag (16) | chunk 1 and tag | ...
"""

import os
from collections.abc import AsyncIterator
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.base.refusals import DataErased
from schemas.base.sealed import BrokenSeal, Keys

MAGIC: Final = b"SPF1"
CHUNK: Final = 64 * 1024
TAG: Final = 16
_GENERATION: Final = 4
_SALT: Final = 16
HEAD: Final = len(MAGIC) + _GENERATION + _SALT
_COUNTER: Final = 11


def sealed_size(size: int) -> int:
    """Bytes that a file of `size` bytes takes when it is sealed. An empty file has one empty chunk."""
    return HEAD + size + TAG * chunk_count(size)


def chunk_count(size: int) -> int:
    return max(1, -(-size // CHUNK))


async def seal(content: AsyncIterator[bytes], place: bytes, keys: Keys) -> AsyncIterator[bytes]:
    """The sealed file, piece by piece. `place`: names the file, so that it cannot be put in the place of another.

    Raises:
        DataErased: there is no key.
    """
    if not keys.generations:
        raise DataErased
    generation, salt = max(keys.generations), os.urandom(_SALT)
    cipher = _cipher(keys.generations[generation], salt, place)
    yield MAGIC + generation.to_bytes(_GENERATION, "big") + salt
    waiting, number = b"", 0
    async for piece in content:
        waiting += piece
        while len(waiting) > CHUNK:  # the last chunk is sealed when the end is known
            yield cipher.encrypt(_nonce(number, last=False), waiting[:CHUNK], None)
            waiting, number = waiting[CHUNK:], number + 1
    yield cipher.encrypt(_nonce(number, last=True), waiting, None)


class Span(NamedTuple):
    """Which chunks hold the bytes from `start` to `end` (exclusive), and where the sealed file has them."""

    start: int
    end: int
    first: int
    last: int

    @classmethod
    def of(cls, start: int, end: int) -> "Span":
        return cls(start, end, start // CHUNK, max(start, end - 1) // CHUNK)

    @property
    def offset(self) -> int:
        return HEAD + self.first * (CHUNK + TAG)

    def sealed_end(self, size: int) -> int:
        """Where the last of these chunks ends in the sealed form of a file of `size` bytes."""
        return min(HEAD + (self.last + 1) * (CHUNK + TAG), sealed_size(size))


class Opener:
    """Opens the chunks of one file of `size` bytes."""

    def __init__(self, head: bytes, place: bytes, keys: Keys, size: int) -> None:
        """`head`: the first `HEAD` bytes of the sealed file.

        Raises:
            DataErased: the key is destroyed.
            BrokenSeal: it is no sealed file.
        """
        if len(head) != HEAD or not head.startswith(MAGIC):
            raise BrokenSeal("a file without its head")
        key = keys.generations.get(int.from_bytes(head[len(MAGIC) : len(MAGIC) + _GENERATION], "big"))
        if key is None:
            raise DataErased
        self._cipher, self._last = _cipher(key, head[-_SALT:], place), chunk_count(size) - 1

    async def open(self, sealed: AsyncIterator[bytes], span: Span) -> AsyncIterator[bytes]:
        """The bytes of `span`; `sealed`: the sealed chunks of it, in pieces of any size.

        Raises:
            BrokenSeal: chunks were changed, moved or left out.
        """
        waiting, number = b"", span.first
        async for piece in sealed:
            waiting += piece
            while len(waiting) >= CHUNK + TAG:
                yield self._cut(waiting[: CHUNK + TAG], number, span)
                waiting, number = waiting[CHUNK + TAG :], number + 1
        if waiting:
            yield self._cut(waiting, number, span)
            number += 1
        if number != span.last + 1:
            raise BrokenSeal("the end of a file is missing")

    def _cut(self, sealed: bytes, number: int, span: Span) -> bytes:
        try:
            chunk = self._cipher.decrypt(_nonce(number, last=number == self._last), sealed, None)
        except InvalidTag as error:
            raise BrokenSeal(f"chunk {number} of a file") from error
        begin = number * CHUNK
        return chunk[max(0, span.start - begin) : max(0, span.end - begin)]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNTER, "big") + bytes([last])


def _cipher(key: bytes, salt: bytes, place: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"satupintu file " + place).derive(key))
