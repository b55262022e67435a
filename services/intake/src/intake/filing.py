"""Files a complaint of any channel: encryption key, then person and code, then public number, then the one append.

Each step is committed before the next and repeatable. After a crash between two steps the same request, sent again,
passes all of them and ends with the same complaint.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.base.errors import Conflict
from chassis.write.command import is_repeat
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from intake import decide
from intake.canonical import canonical
from intake.context import Intake
from intake.settings import DEFAULT_CHANNEL, OPEN311_CHANNEL
from intake.storage import vault
from intake.storage.records import Record
from schemas.base.envelope import NO_STREAM, Actor
from schemas.base.ids import complaint_id, former_complaint_ids, former_move_ids, move_id, person_id
from schemas.base.refusals import DataErased, RequestDiffers
from schemas.base.sealed import Keys
from schemas.base.streams import complaint_stream
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.state import Complaint, new
from schemas.contract.submission import Complaining

ROUTE = "complaints"


class Filing(NamedTuple):
    """A complaint that `client` files under its idempotency `key`. `received_at`: when the channel received it.
    `actor`: the system that files it for the reporter, as `schemas.access.principal.system_acting` says.
    """

    client: str
    key: str
    command: Complaining
    received_at: datetime | None = None
    actor: Actor | None = None

    @property
    def complaint(self) -> UUID:
        """The complaint's id, derived from channel, client and key."""
        return complaint_id(self.command.channel or DEFAULT_CHANNEL, self.client, self.key)

    def former(self) -> tuple[UUID, ...]:
        """The ids that earlier versions gave it under other spellings of its key."""
        return former_complaint_ids(self.command.channel or DEFAULT_CHANNEL, self.client, self.key)

    def under(self, clients: Sequence[str]) -> tuple[UUID, ...]:
        """The ids that it has if one of these clients filed it, in whatever spelling of its key. None of Open311, where
        anybody can claim to be a device of any name.
        """
        channel = self.command.channel or DEFAULT_CHANNEL
        named = () if channel == OPEN311_CHANNEL else clients
        return tuple(
            each
            for client in named
            for each in (
                complaint_id(channel, client, self.key),
                *former_complaint_ids(channel, client, self.key),
            )
        )


class Filed(NamedTuple):
    """The present complaint and its tracking code. `repeated`: the same request filed it before."""

    state: Complaint
    code: str
    repeated: bool = False


async def file(context: Intake, filing: Filing) -> Filed:
    """File a complaint once, however often it is requested.

    Raises:
        InvalidField: as `decide.check` says.
        RequestDiffers: the key was used for another request.
        DataErased: the reporter had it erased.
        ChassisError: perhaps not filed; the same request may be sent again.
    """
    at = context.clock.now()
    decide.check(filing.command, at, filing.received_at)
    complaint, request = await _complaint(context, filing), canonical(filing.command)
    keys = (await context.repository.keyring.ensure([complaint]))[complaint]
    if not keys.generations:
        raise DataErased(complaint=str(complaint))
    version = context.codes.newest
    code = context.codes.of(complaint, version)
    record = Record(context.codes.row(complaint, code, version), _person(complaint, filing.command, keys, request))
    written_at = await context.records.keep(record)
    number = await context.numbers.take(at)
    causation = move_id(complaint, filing.client, ROUTE, filing.key)
    cause = Cause(causation, complaint, at, request=request, actor=filing.actor)
    facts = decide.file(
        new(complaint), filing.command, at, public_number=number, person=record.person and record.person[0],
        received_at=filing.received_at, code_version=version,
    )  # fmt: skip
    begun = LoadedStream(complaint_stream(complaint), new(complaint), keys, ())
    append = context.repository.prepare(begun, facts, cause)
    try:
        appended = await context.repository.store.append(append.stream, NO_STREAM, append.events)
    except Conflict:
        return await _repeated(context, filing, cause)
    if not appended.written:
        return await _repeated(context, filing, cause)
    await context.records.keep_still(record, written_at)
    return Filed(evolve(begun.state, RecordedFact(facts[0], append.events[0].id, appended.version)), code)


def _person(complaint: UUID, command: Complaining, keys: Keys, request: bytes) -> tuple[UUID, UUID, str] | None:
    """The vault's row; None: no name and no contact."""
    reporter = command.reporter
    if reporter is None or not (reporter.name or reporter.email or reporter.phone):
        return None
    person = person_id(complaint, keys.mac(request))
    return person, complaint, vault.seal(keys, person, reporter)


async def _complaint(context: Intake, filing: Filing) -> UUID:
    """The id under which this filing was stored, perhaps by an earlier version, or is stored now."""
    if clients := context.former.clients(filing.client):
        found = await context.former.find_of_gateway(filing.client, lambda: filing.under(clients))
        if found is not None:
            return found
    return await context.former.find(filing.former) or filing.complaint


async def _repeated(context: Intake, filing: Filing, cause: Cause) -> Filed:
    complaint = cause.correlation_id
    loaded = await context.repository.load(complaint)
    clients = context.former.clients(filing.client)
    former = [
        *former_move_ids(complaint, filing.client, ROUTE, filing.key),
        *(move_id(complaint, client, ROUTE, filing.key) for client in clients),
        *(each for client in clients for each in former_move_ids(complaint, client, ROUTE, filing.key)),
    ]
    if not is_repeat(loaded, replace(cause, former=tuple(former))):
        raise RequestDiffers
    return Filed(loaded.state, context.codes.of(complaint, loaded.state.code_version), repeated=True)
