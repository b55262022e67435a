"""The keyed hash for ids, seals and tracking codes."""

import hashlib
import hmac


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256.

    Not `hmac.digest`, which releases the interpreter lock on every call: an event loop beside a busy writer thread
    would wait milliseconds to get it back.
    """
    return hmac.new(key, message, hashlib.sha256).digest()
