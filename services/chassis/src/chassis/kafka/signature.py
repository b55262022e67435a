"""Signature of published events: tells a record of our relay from what anybody else wrote to the same topic.

Keyed BLAKE2b (RFC 7693) over the store's id, the partition, every header that a reader uses, and the body. The fields
are joined by NUL, which none of ours holds: JSON escapes it, and names and numbers have none.
"""

import hashlib
from collections.abc import Iterable, Mapping
from hmac import compare_digest
from operator import itemgetter
from typing import Final
from uuid import UUID

from chassis.base.message import Message
from schemas.base.mac import mac

SIGNATURE: Final = "ce_signature"
SIGNED: Final = ("ce_id", "ce_type", "ce_time", "ce_sequence", "ce_position", "ce_stream", "ce_metadata")
"""The headers under the signature, in this order; the body follows."""
DIGEST_BYTES: Final = 16
_signed_values = itemgetter(*SIGNED)


def signing_key(master_key: bytes) -> bytes:
    """The key of all signatures of an installation, 32 bytes."""
    return mac(master_key, b"signature of published events")


class Signer:
    """Signs and checks records of one store."""

    def __init__(self, key: bytes, store_id: UUID) -> None:
        self._hash = hashlib.blake2b(store_id.bytes, key=key, digest_size=DIGEST_BYTES)

    def sign(self, partition: int, values: Iterable[bytes]) -> bytes:
        """The signature of these values at that partition, in hex."""
        digest = self._hash.copy()
        digest.update(b"%d\0" % partition + b"\0".join(values))
        return digest.hexdigest().encode()

    def signed(self, message: Message, given: Mapping[str, bytes | None]) -> bool:
        """Whether the event in this record was signed for the record's partition. `given`: the record's headers."""
        try:
            values = [*_signed_values(given), message.value]
            return compare_digest(self.sign(message.partition, values), given[SIGNATURE] or b"")
        except (KeyError, TypeError):
            return False  # a header or the body is missing
