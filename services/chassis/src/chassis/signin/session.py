"""A person's session on pages: how long it lasts and when its roles are read again. Real time, never the test clock.

Source of the times: `docs/access.md`; OWASP Session Management Cheat Sheet for idle and absolute limits.
"""

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal, NamedTuple

from schemas.access.principal import Grant, Principal
from schemas.base.mac import mac

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
ROLES_EVERY: Final = timedelta(minutes=5)
TRY_EVERY: Final = timedelta(seconds=30)
"""Between two tries to read roles while the provider does not answer."""
ROLES_HOLD: Final = timedelta(minutes=60)
"""How long roles hold while the provider does not answer."""
USE_EVERY: Final = timedelta(minutes=1)
"""The last use is written at most so often. A session may therefore end up to a minute early, never late."""
ID_BYTES: Final = 32

Ended = Literal["idle", "too-old"]


class Session(NamedTuple):
    """A signed-in person. Times are aware UTC."""

    issuer: str
    subject: str
    grants: frozenset[Grant]
    created_at: datetime
    used_at: datetime
    roles_read_at: datetime
    tried_at: datetime | None = None
    """When reading the roles was last begun since `roles_read_at`."""
    provider_session: str = ""
    """The provider's own id of the session (`sid`), by which it ends it."""
    name: str = ""
    refresh_token: str = ""
    id_token: str = ""

    def __repr__(self) -> str:
        return f"Session({self.issuer}, {self.subject})"

    def roles_are_due(self, now: datetime) -> bool:
        """Whether roles should be read again, and no try has just begun."""
        tried = self.tried_at is not None and now - self.tried_at < TRY_EVERY
        return now - self.roles_read_at >= ROLES_EVERY and not tried

    def use_is_due(self, now: datetime) -> bool:
        """Whether the time of this use should be written."""
        return now - self.used_at >= USE_EVERY

    def principal(self, now: datetime) -> Principal:
        """Who it is. Without roles if these could not be read for `ROLES_HOLD`."""
        holds = now - self.roles_read_at < ROLES_HOLD
        return Principal(self.issuer, self.subject, self.grants if holds else frozenset(), self.name)


def end_of(session: Session, now: datetime) -> Ended | None:
    """Why the session is over; None while it lasts."""
    if now - session.created_at >= LONGEST:
        return "too-old"
    return "idle" if now - session.used_at >= IDLE else None


def new_id() -> str:
    """A session's id: 256 random bits."""
    return secrets.token_urlsafe(ID_BYTES)


def hash_of(id_: str) -> bytes:
    """What is stored of an id. Without a salt: 256 random bits cannot be guessed."""
    return sha256(id_.encode()).digest()


def csrf_token(id_: str) -> str:
    """The token of a session's forms. Derived from the id, which only the browser keeps: nothing is stored."""
    return urlsafe_b64encode(mac(id_.encode(), b"token of forms")).decode().rstrip("=")
