"""Authorization codes and refresh tokens: each is used once; whoever uses one twice ends all that came from it."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

CODE_S: Final = 60.0
REFRESH_S: Final = 12 * 3600.0
MOST: Final = 10_000
V = TypeVar("V")


class SignIn(NamedTuple):
    """One person's sign-in at one client."""

    id: str
    person: str
    client: str
    scope: str
    at: int
    """Seconds since 1970."""


class Code(NamedTuple):
    """What the exchange of a code is held against."""

    sign_in: SignIn
    redirect_uri: str
    challenge: str
    nonce: str | None


class _Given(NamedTuple):
    what: Code | SignIn
    ends_at: float


class Grants:
    """All of them, in memory: a restart of the provider signs everybody out."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._given: OrderedDict[str, _Given] = OrderedDict()
        self._used: OrderedDict[str, str] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._monotonic = monotonic

    def give_code(self, code: Code) -> str:
        """A new code."""
        return self._give(code, CODE_S)

    def give_refresh(self, sign_in: SignIn) -> str:
        """A new refresh token."""
        return self._give(sign_in, REFRESH_S)

    def take_code(self, text: str) -> Code | None:
        """What the code was given for; None: unknown, used before or too old."""
        found = self._take(text)
        return found if isinstance(found, Code) else None

    def take_refresh(self, text: str) -> SignIn | None:
        """The sign-in of a refresh token; None: unknown, used before, ended or too old."""
        found = self._take(text)
        return found if isinstance(found, SignIn) else None

    def end(self, sign_in: str) -> None:
        """End what came from this sign-in."""
        _keep(self._ended, sign_in, None)

    def _give(self, what: Code | SignIn, limit_s: float) -> str:
        text = secrets.token_urlsafe(32)
        _keep(self._given, text, _Given(what, self._monotonic() + limit_s))
        return text

    def _take(self, text: str) -> Code | SignIn | None:
        if text in self._used:  # RFC 6749, section 4.1.2; RFC 9700, section 4.14.2
            self.end(self._used[text])
        given = self._given.pop(text, None)
        if given is None:
            return None
        sign_in = given.what.sign_in if isinstance(given.what, Code) else given.what
        _keep(self._used, text, sign_in.id)
        return None if self._monotonic() >= given.ends_at or sign_in.id in self._ended else given.what


def _keep(kept: "OrderedDict[str, V]", key: str, value: V) -> None:
    kept[key] = value
    if len(kept) > MOST:
        kept.popitem(last=False)
