"""Free text, encrypted under its complaint's own key: destroying the key erases the text and keeps the history.

A field typed `Sealed[str]` is plain text in memory and a token in the store: `<generation>.<nonce>.<ciphertext>`,
base64url. The nonce is 96 bits of HMAC(key, event id, field, text): equal text in the same field of the same event
seals to equal bytes, so that an append can be repeated, and different text never shares a nonce. The additional data
binds a token to its event and field, so that it cannot be moved.
"""

from base64 import urlsafe_b64encode
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.base.mac import mac

ERASED: Final = "[erased]"
"""The text of a sealed field whose key is destroyed."""

NONCE_BYTES: Final = 12


class SealMark:
    """Marks a field whose text is sealed in the store."""

    def __get_pydantic_json_schema__(
        self, core_schema: Any, handler: Callable[[Any], dict[str, Any]]
    ) -> dict[str, Any]:
        """Mark the field in a JSON Schema: the store holds a token."""
        return {**handler(core_schema), "$comment": "sealed under the key of the complaint"}


T = TypeVar("T")
Sealed = Annotated[T, SealMark()]


class BrokenSeal(Exception):
    """The key exists, but the token was not made with it for this event and field: corruption or forgery."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The existing keys of one complaint, by generation. Empty: all text sealed so far is erased."""

    generations: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    _ciphers: dict[int, AESGCM] = field(default_factory=dict, init=False, repr=False, compare=False)
    # One per key, and gone with these keys: a cache that outlives them would outlive erasure.

    def seal(self, event_id: UUID, path: str, text: str) -> str:
        """The token for `text` in field `path` of event `event_id`, under the newest generation.

        Raises:
            KeyError: there is no key.
        """
        if not self.generations:
            raise KeyError("no key to seal with")
        generation = max(self.generations)
        key, place, plain = self.generations[generation], event_id.bytes + path.encode(), text.encode()
        nonce = mac(key, place + b"\0" + plain)[:NONCE_BYTES]
        return f"{generation}.{_b64(nonce)}.{_b64(self._cipher(generation, key).encrypt(nonce, plain, place))}"

    def open(self, event_id: UUID, path: str, token: str) -> str:
        """The text behind a token, or `ERASED` if its key generation is destroyed.

        Raises:
            BrokenSeal: the token was not made with this key for this event and field.
        """
        name, nonce, sealed = token.split(".")
        generation = int(name)
        key = self.generations.get(generation)
        if key is None:
            return ERASED
        cipher = self._ciphers.get(generation) or self._cipher(generation, key)
        raw = _unb64(nonce + sealed)  # a nonce fills whole groups of four base64 characters
        try:
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], event_id.bytes + path.encode()).decode()
        except InvalidTag as error:
            raise BrokenSeal(f"{path} of event {event_id}") from error

    def _cipher(self, generation: int, key: bytes) -> AESGCM:
        cipher = self._ciphers.get(generation)
        if cipher is None:
            cipher = self._ciphers[generation] = AESGCM(key)
        return cipher

    def mac(self, message: bytes) -> str:
        """HMAC-SHA256 of a request under the first key, in hex. It reveals nothing once the key is destroyed.

        Raises:
            KeyError: there is no key.
        """
        if not self.generations:
            raise KeyError("no key")
        return mac(self.generations[min(self.generations)], message).hex()


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return a2b_base64(text.replace("-", "+").replace("_", "/") + "==")
