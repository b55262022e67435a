"""The token by which a mail that comes back names its notice: in the Message-ID, and in the envelope sender if the
setting has a place for it. It is a keyed hash under the complaint's key: nobody makes one for a mail they never had,
and an erasure ends it. Letters and digits in one case, since mail servers may change the case of an address.
"""

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from uuid import UUID

from schemas.base.sealed import Keys

NUMBER_BYTES: Final = 5
MAC_BYTES: Final = 10
"""80 bits: nobody guesses one by sending mails."""
TOKEN_CHARACTERS: Final = 24
PLACE: Final = "{token}"
"""Where the envelope sender of the settings has the token, as in `bounces+{token}@example.go.id`."""
_TOKEN: Final = re.compile(rf"(?<![a-z0-9])[a-z2-7]{{{TOKEN_CHARACTERS}}}(?![a-z0-9])")


class ReturnToken(NamedTuple):
    """A token as it was read: the notice's number in the outbox, and a hash that only its complaint's keys confirm."""

    number: int
    mac: bytes

    def is_genuine(self, notice: UUID, keys: Keys) -> bool:
        """Whether this platform made it for this notice. False after an erasure."""
        return bool(keys.generations) and hmac.compare_digest(self.mac, _mac(notice, keys))


def token_of(number: int, notice: UUID, keys: Keys) -> str:
    """The token of a notice.

    Raises:
        KeyError: the complaint has no key.
    """
    return b32encode(number.to_bytes(NUMBER_BYTES, "big") + _mac(notice, keys)).decode().lower()


def tokens_in(texts: Iterable[str]) -> Iterator[ReturnToken]:
    """The tokens in these addresses and identifiers, each once."""
    for token in dict.fromkeys(token for text in texts for token in _TOKEN.findall(text.lower())):
        raw = b32decode(token.upper())
        yield ReturnToken(int.from_bytes(raw[:NUMBER_BYTES], "big"), raw[NUMBER_BYTES:])


def _mac(notice: UUID, keys: Keys) -> bytes:
    return bytes.fromhex(keys.mac(b"return " + notice.bytes))[:MAC_BYTES]
