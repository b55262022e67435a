"""Encrypts complaints' keys with a master key, bound to complaint and generation."""

import os
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.base.errors import WrongStore
from chassis.base.secret_file import Secrets, SecretVersion

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_CHECK: Final = b"the master key of this key ring"


class Wrapper:
    """Wraps under the newest master key and unwraps under any (AES-256-GCM, random nonce)."""

    def __init__(self, master_keys: Secrets | bytes) -> None:
        """Raises ValueError: one has not 32 bytes."""
        self._keys = Secrets.fixed(master_keys) if isinstance(master_keys, bytes) else master_keys
        self._ciphers = {each.version: (each.secret, _cipher(each.secret)) for each in self._keys.versions}

    def new(self, complaint: UUID, generation: int) -> tuple[bytes, bytes]:
        """A new random key, plain and wrapped."""
        key = os.urandom(KEY_BYTES)
        return key, self._wrap(key, _context(complaint, generation))

    def unwrap(self, wrapped: bytes, complaint: UUID, generation: int) -> bytes:
        """The plain key. Raises WrongStore: it was wrapped with another master key, or for another complaint."""
        return self._unwrap(wrapped, _context(complaint, generation))[1]

    def version_of(self, wrapped: bytes, complaint: UUID, generation: int) -> int:
        """The version of the master key that wrapped it. Raises WrongStore: none of ours."""
        return self._unwrap(wrapped, _context(complaint, generation))[0]

    def rewrapped(self, wrapped: bytes, complaint: UUID, generation: int) -> bytes | None:
        """A wrapped key, wrapped by the newest master key; None: it is already. Raises WrongStore."""
        version, key = self._unwrap(wrapped, _context(complaint, generation))
        newest = self._keys.newest.version
        return None if version == newest else self._wrap(key, _context(complaint, generation))

    def check_value(self) -> bytes:
        """A value to store with the keys, which identifies the master key."""
        return self._wrap(b"", _CHECK)

    def accept(self, check_value: bytes) -> int:
        """The version that made it. Raises WrongStore: `check_value` was made with another master key."""
        return self._unwrap(check_value, _CHECK)[0]

    def _wrap(self, key: bytes, context: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher_of(self._keys.newest).encrypt(nonce, key, context)

    def _unwrap(self, wrapped: bytes, context: bytes) -> tuple[int, bytes]:
        found = self._try_each(wrapped, context)
        # Another process may have wrapped it with a key that was added a moment ago.
        if found is None and self._keys.look_again():
            found = self._try_each(wrapped, context)
        if found is None:
            raise WrongStore(
                "these keys were wrapped with another master key, or are damaged: "
                "restore the key ring and secrets/master.key from the same backup"
            )
        return found

    def _try_each(self, wrapped: bytes, context: bytes) -> tuple[int, bytes] | None:
        for each in reversed(self._keys.versions):
            try:
                plain = self._cipher_of(each).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
            except InvalidTag:
                continue
            return each.version, plain
        return None

    def _cipher_of(self, key: SecretVersion) -> AESGCM:
        secret, cipher = self._ciphers.get(key.version, (b"", None))
        if cipher is None or secret != key.secret:
            cipher = _cipher(key.secret)
            self._ciphers[key.version] = key.secret, cipher
        return cipher


def _cipher(master_key: bytes) -> AESGCM:
    if len(master_key) != KEY_BYTES:
        raise ValueError(f"the master key must be {KEY_BYTES} bytes, not {len(master_key)}")
    return AESGCM(master_key)


def _context(complaint: UUID, generation: int) -> bytes:
    return complaint.bytes + generation.to_bytes(4, "big")
