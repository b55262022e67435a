"""People's sessions as the pages use them: begun at sign-in, found by cookie, renewed at the provider, ended."""

import asyncio
from typing import Final

import structlog

from chassis.access_log.entry import AccessLogger, Kind
from chassis.base.ports import TimeSource
from chassis.signin.code_flow import CodeFlow, Person, SessionOver
from chassis.signin.fetch import ProviderUnavailable
from chassis.signin.session import Session, end_of, new_id
from chassis.signin.session_table import SessionTable, SignedIn
from chassis.signin.state_cookie import VALID
from schemas.access.principal import Grant, Principal

SWEEP_EVERY_S: Final = 600.0
log = structlog.get_logger(__name__)


class Sessions:
    """Every method raises what `chassis.sql.database.Database` raises."""

    def __init__(self, table: SessionTable, flow: CodeFlow, access_log: AccessLogger, clock: TimeSource) -> None:
        """`clock`: real time."""
        self._table, self._flow, self._access_log, self._clock = table, flow, access_log, clock

    async def begin(self, person: Person) -> str:
        """The id of a new session."""
        id_, now = new_id(), self._clock.now()
        session = Session(self._flow.issuer, created_at=now, used_at=now, roles_read_at=now, **person._asdict())
        await self._table.add(id_, session)
        await self._access_log.append(Kind.SIGNED_IN, session.principal(now), {})
        return id_

    async def find(self, id_: str) -> tuple[Session, Principal] | None:
        """The session of this id and who it is, with roles that are at most five minutes old unless the provider is
        away; None: there is none, or it has ended.
        """
        session, now = await self._table.get(id_), self._clock.now()
        if session is None:
            return None
        if (why := end_of(session, now)) is not None:
            await self._end(id_, Kind.SESSION_ENDED, why)
            return None
        if session.roles_are_due(now) and await self._table.claim(id_, session, now):
            renewed = await self._renewed(id_, session)
            return None if renewed is None else (renewed, renewed.principal(now))
        if session.use_is_due(now):
            await self._table.touch(id_, now)
        return session, session.principal(now)

    async def end(self, id_: str) -> Session | None:
        """Sign out; what was ended."""
        return await self._end(id_, Kind.SIGNED_OUT, "person")

    async def end_all(self, session: Session) -> int:
        """Sign the person of this session out everywhere; how many sessions that were."""
        ended = await self._table.remove_of(session.issuer, session.subject)
        return await self._note_ended(ended, "person, everywhere")

    async def end_by_provider(self, subject: str, provider_session: str) -> int:
        """End what the provider ended: one session of it, or without one all of the subject."""
        issuer = self._flow.issuer
        if provider_session:
            ended = await self._table.remove_provider_session(issuer, provider_session)
        else:
            ended = await self._table.remove_of(issuer, subject)
        return await self._note_ended(ended, "provider")

    async def people(self, after: str, most: int) -> list[SignedIn]:
        """Who is signed in, by the provider's names and beginning after one."""
        return await self._table.people(self._flow.issuer, after, most, self._clock.now())

    async def end_by_operator(self, subject: str, operator: Principal) -> int:
        """Sign a person out everywhere; how many sessions that were. The log names the operator."""
        ended = await self._table.remove_of(self._flow.issuer, subject)
        about: dict[str, str | int] = {"by": "operator", "user": subject[:300], "sessions": len(ended)}
        await self._access_log.append(Kind.SIGNED_OUT, operator, about)
        return len(ended)

    async def use_state(self, state: str) -> bool:
        """Whether this is the first use of a sign-in's state."""
        return await self._table.use_state(state, self._clock.now() + VALID)

    async def sweep(self) -> None:
        """Remove ended sessions again and again, until cancelled."""
        while True:
            try:
                await self._table.sweep(self._clock.now())
            except Exception as error:  # noqa: BLE001 - tried again; pages say themselves what is wrong
                log.warning("ended sessions could not be removed", error=str(error))
            await asyncio.sleep(SWEEP_EVERY_S)

    async def _renewed(self, id_: str, session: Session) -> Session | None:
        try:
            person = await self._flow.renew(session)
        except SessionOver:
            await self._end(id_, Kind.SIGNED_OUT, "provider")
            return None
        except ProviderUnavailable as error:
            log.warning("roles could not be read again", because=str(error))
            await self._table.touch(id_, self._clock.now())
            return session
        now = self._clock.now()
        renewed = session._replace(used_at=now, roles_read_at=now, tried_at=None, **person._asdict())
        await self._table.renew(id_, renewed)
        if renewed.grants != session.grants:
            about = {"from": _listed(session.grants), "to": _listed(renewed.grants)}
            await self._access_log.append(Kind.ROLES_CHANGED, renewed.principal(now), about)
        return renewed

    async def _end(self, id_: str, kind: Kind, why: str) -> Session | None:
        ended = await self._table.remove(id_)
        if ended is not None:
            name = "why" if kind is Kind.SESSION_ENDED else "by"
            await self._access_log.append(kind, _who(ended), {name: why})
        return ended

    async def _note_ended(self, ended: list[Session], by: str) -> int:
        if ended:
            await self._access_log.append(Kind.SIGNED_OUT, _who(ended[0]), {"by": by, "sessions": len(ended)})
        return len(ended)


def _who(session: Session) -> Principal:
    return Principal(session.issuer, session.subject, session.grants)


def _listed(grants: frozenset[Grant]) -> str:
    return " ".join(sorted(map(str, grants)))[:300]
