"""Sessions of signed-in people in a table that all web processes share, SQLite or PostgreSQL.

Of a session's id only a hash is stored. The provider's tokens and the person's name are sealed (AES-256-GCM, bound to
that hash) under a key derived from the master key: with another one the sessions are over.
"""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from chassis.signin.session import IDLE, LONGEST, Session, hash_of
from chassis.sql.database import Database
from chassis.sql.history import History
from chassis.sql.types import Moment
from schemas.access.principal import grants_of

NONCE_BYTES: Final = 12
_SEALED: Final = ("name", "refresh_token", "id_token")
_PLAIN: Final = ("issuer", "subject", "created_at", "used_at", "roles_read_at", "tried_at", "provider_session")

metadata: Final = MetaData()
sessions: Final = Table(
    "web_session",
    metadata,
    Column("id_hash", LargeBinary(32), primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("provider_session", Text, nullable=False),
    Column("grants", Text, nullable=False, comment="separated by spaces"),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False),
    Column("roles_read_at", Moment, nullable=False),
    Column("tried_at", Moment),
    Column("sealed", LargeBinary, nullable=False),
    Index("web_session_person", "issuer", "subject"),
    Index("web_session_provider", "issuer", "provider_session"),
)
used_states: Final = Table(
    "used_state",
    metadata,
    Column("state_hash", LargeBinary(32), primary_key=True),
    Column("until", Moment, nullable=False),
)
HISTORY: Final = History("sessions", metadata, "sessions_url", "chassis")


class SignedIn(NamedTuple):
    """A person who is signed in: the session that was used last, and how many there are."""

    newest: Session
    sessions: int


class SessionTable:
    """The table in one database. Every method raises what `chassis.sql.database.Database` raises."""

    def __init__(self, url: str, key: bytes) -> None:
        """`key`: 32 bytes. Raises ValueError: `url` is no SQL database."""
        self.database = Database(url, HISTORY)
        self._cipher = AESGCM(key)

    async def add(self, id_: str, session: Session) -> None:
        row = self._row(hash_of(id_), session)
        await self.database.run(lambda connection: connection.execute(insert(sessions), row))

    async def get(self, id_: str) -> Session | None:
        """The session of this id, also one that is over and not yet swept; None: there is none."""
        found = await self.database.read(lambda connection: self._select(connection, _of(id_)))
        return found[0] if found else None

    async def touch(self, id_: str, now: datetime) -> None:
        """Write that it was used."""
        await self._change(id_, sessions.c.used_at < now, {"used_at": now})

    async def claim(self, id_: str, known: Session, now: datetime) -> bool:
        """Whether the caller is the one to read the roles of `known` again. With refresh tokens that are good for one
        use, a second one at the same time would look like a stolen token and end the session.
        """
        unchanged = (sessions.c.roles_read_at == known.roles_read_at) & (sessions.c.tried_at == known.tried_at)
        return await self._change(id_, unchanged, {"tried_at": now})

    async def renew(self, id_: str, session: Session) -> None:
        """Write new roles and tokens, if the session still exists."""
        row = self._row(hash_of(id_), session)
        await self._change(id_, None, row)

    async def remove(self, id_: str) -> Session | None:
        """End one; it, or None if there was none."""
        found = await self._remove(_of(id_))
        return found[0] if found else None

    async def remove_of(self, issuer: str, subject: str) -> list[Session]:
        """End all of one person; them."""
        return await self._remove((sessions.c.issuer == issuer) & (sessions.c.subject == subject))

    async def remove_all(self, subject: str | None = None) -> int:
        """End all of one person, or without one all there are; how many. Also those sealed under an earlier key."""
        which = delete(sessions) if subject is None else delete(sessions).where(sessions.c.subject == subject)
        return await self.database.run(lambda connection: connection.execute(which).rowcount)

    async def remove_provider_session(self, issuer: str, provider_session: str) -> list[Session]:
        """End those of one session of the provider; them."""
        if not provider_session:
            return []
        return await self._remove((sessions.c.issuer == issuer) & (sessions.c.provider_session == provider_session))

    async def people(self, issuer: str, after: str, most: int, now: datetime) -> list[SignedIn]:
        """Who is signed in, by subject and beginning after one."""
        c = sessions.c
        lasting = (c.issuer == issuer) & (c.created_at > now - LONGEST) & (c.used_at > now - IDLE)
        subjects = select(c.subject).where(lasting, c.subject > after).distinct().order_by(c.subject).limit(most)

        def act(connection: Connection) -> list[Session]:
            named = list(connection.execute(subjects).scalars())
            return self._select(connection, lasting & c.subject.in_(named))

        found: dict[str, list[Session]] = {}
        for session in await self.database.read(act):
            found.setdefault(session.subject, []).append(session)
        newest = {subject: max(each, key=lambda one: one.used_at) for subject, each in found.items()}
        return [SignedIn(newest[subject], len(found[subject])) for subject in sorted(found)]

    async def use_state(self, state: str, until: datetime) -> bool:
        """Whether this is the first use of a sign-in's state, which is valid until then."""
        row = {"state_hash": hash_of(state), "until": until}
        try:
            await self.database.run(lambda connection: connection.execute(insert(used_states), row))
        except IntegrityError:
            return False
        return True

    async def sweep(self, now: datetime) -> int:
        """Remove what is over; how many sessions."""

        def act(connection: Connection) -> int:
            connection.execute(delete(used_states).where(used_states.c.until <= now))
            over = or_(sessions.c.created_at <= now - LONGEST, sessions.c.used_at <= now - IDLE)
            return connection.execute(delete(sessions).where(over)).rowcount

        return await self.database.run(act)

    async def close(self) -> None:
        await self.database.close()

    async def _change(self, id_: str, condition: ColumnElement[bool] | None, values: dict[str, Any]) -> bool:
        where = _of(id_) if condition is None else _of(id_) & condition
        changed = update(sessions).where(where).values(values)
        return await self.database.run(lambda connection: connection.execute(changed).rowcount == 1)

    async def _remove(self, condition: ColumnElement[bool]) -> list[Session]:
        def act(connection: Connection) -> list[Session]:
            found = self._select(connection, condition)
            gone = connection.execute(delete(sessions).where(condition)).rowcount
            return found[:gone]  # none, if another process was faster

        return await self.database.run(act)

    def _select(self, connection: Connection, condition: ColumnElement[bool]) -> list[Session]:
        rows: Sequence[Any] = connection.execute(select(sessions).where(condition)).all()
        return [session for row in rows if (session := self._session(row)) is not None]

    def _row(self, id_hash: bytes, session: Session) -> dict[str, Any]:
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps({name: getattr(session, name) for name in _SEALED}).encode()
        return {
            "id_hash": id_hash,
            "grants": " ".join(sorted(map(str, session.grants))),
            "sealed": nonce + self._cipher.encrypt(nonce, plain, id_hash),
        } | {name: getattr(session, name) for name in _PLAIN}

    def _session(self, row: Any) -> Session | None:
        try:
            plain = self._cipher.decrypt(row.sealed[:NONCE_BYTES], row.sealed[NONCE_BYTES:], row.id_hash)
        except InvalidTag:
            return None
        known = {name: getattr(row, name) for name in _PLAIN}
        return Session(**known, grants=grants_of(row.grants.split()), **json.loads(plain))


def _of(id_: str) -> ColumnElement[bool]:
    return sessions.c.id_hash == hash_of(id_)
