"""The one keyed hash that ids, seals and tracking codes are made with."""

import hashlib
import hmac


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256.

    Not `hmac.digest`: it lets go of the interpreter's lock for every call, and an event loop beside a busy writer
    thread then waits milliseconds to get it back.
    """
    return hmac.new(key, message, hashlib.sha256).digest()
