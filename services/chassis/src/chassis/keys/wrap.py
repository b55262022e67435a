"""How is a complaint's key kept in a table? Encrypted under the master key, bound to its complaint and generation."""

import os
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.base.errors import WrongStore

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_CHECK: Final = b"the master key of this key ring"


class Wrapper:
    """Wraps and unwraps under one master key (AES-256-GCM, random nonce)."""

    def __init__(self, master_key: bytes) -> None:
        """Raises ValueError: not 32 bytes."""
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"the master key must be {KEY_BYTES} bytes, not {len(master_key)}")
        self._cipher = AESGCM(master_key)

    def new(self, complaint: UUID, generation: int) -> tuple[bytes, bytes]:
        """A new random key, and the same wrapped."""
        key = os.urandom(KEY_BYTES)
        return key, self._wrap(key, _place(complaint, generation))

    def unwrap(self, wrapped: bytes, complaint: UUID, generation: int) -> bytes:
        """The key. Raises WrongStore: it was wrapped by another master key, or for another complaint."""
        return self._unwrap(wrapped, _place(complaint, generation))

    def check_value(self) -> bytes:
        """To be kept beside the keys."""
        return self._wrap(b"", _CHECK)

    def accept(self, check_value: bytes) -> None:
        """Raises WrongStore: `check_value` was made by another master key."""
        self._unwrap(check_value, _CHECK)

    def _wrap(self, key: bytes, place: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, place)

    def _unwrap(self, wrapped: bytes, place: bytes) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], place)
        except InvalidTag as error:
            raise WrongStore("these keys were wrapped by another master key, or are damaged") from error


def _place(complaint: UUID, generation: int) -> bytes:
    return complaint.bytes + generation.to_bytes(4, "big")
