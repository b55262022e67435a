"""Encrypts complaints' keys with the master key, bound to complaint and generation."""

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
        """A new random key, plain and wrapped."""
        key = os.urandom(KEY_BYTES)
        return key, self._wrap(key, _context(complaint, generation))

    def unwrap(self, wrapped: bytes, complaint: UUID, generation: int) -> bytes:
        """The plain key. Raises WrongStore: it was wrapped with another master key, or for another complaint."""
        return self._unwrap(wrapped, _context(complaint, generation))

    def check_value(self) -> bytes:
        """A value to store with the keys, which identifies the master key."""
        return self._wrap(b"", _CHECK)

    def accept(self, check_value: bytes) -> None:
        """Raises WrongStore: `check_value` was made with another master key."""
        self._unwrap(check_value, _CHECK)

    def _wrap(self, key: bytes, context: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, context)

    def _unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
        except InvalidTag as error:
            raise WrongStore(
                "these keys were wrapped with another master key, or are damaged: "
                "restore the key ring and secrets/master.key from the same backup"
            ) from error


def _context(complaint: UUID, generation: int) -> bytes:
    return complaint.bytes + generation.to_bytes(4, "big")
