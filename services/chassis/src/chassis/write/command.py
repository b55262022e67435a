"""The one way to write: load, fold, decide, append at the folded version; on a conflict, all of it again.

Asked twice with the same cause, nothing is written the second time. A refusal of `decide` goes through to the
caller; asking again cannot change what was written before it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from chassis.base.errors import Busy, Conflict
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause, Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.refusals import DataErased, RequestDiffers, VersionMismatch
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.events.codec import metadata_of
from schemas.registry.fold import Registry

ATTEMPTS: Final = 6
JITTER_S: Final = 0.02
FINGERPRINTS: Final = Keys({0: b"the registry has no secrets"})
"""What tells one request for a change of the registry from another."""

Decide = Callable[[Complaint], Sequence[Fact]]


class Handled(NamedTuple):
    """What came of a command: the complaint as decided on, and the facts added to it."""

    loaded: LoadedStream
    facts: Sequence[Fact]
    version: int
    repeated: bool = False


async def handle(
    repository: Repository,
    complaint: UUID,
    decide: Decide,
    cause: Cause,
    *,
    opens: UUID | None = None,
    if_match: int | None = None,
) -> Handled:
    """Decide on the complaint's present state and append what follows.

    `opens` is the owner of the key (itself, or its whole) where the command may begin the stream. `if_match` is
    the version that the client last saw.

    Raises:
        Refusal: what `decide` refused; `RequestDiffers`, `DataErased` and `VersionMismatch` besides.
        Busy: others kept appending first.
        ChassisError: as the store says.
    """
    for attempt in range(ATTEMPTS):
        loaded = await repository.load(complaint)
        if opens is not None and not loaded.recorded:
            loaded = await repository.with_keys(loaded, opens)
        if is_repeat(loaded, cause):
            return Handled(loaded, (), loaded.state.version, repeated=True)
        if if_match is not None and if_match != loaded.state.version:
            raise VersionMismatch(expected=if_match, actual=loaded.state.version)
        facts = decide(loaded.state)
        if not facts:
            return Handled(loaded, (), loaded.state.version)
        try:
            appended = await _append(repository, loaded, facts, cause)
        except Conflict:
            await pause(attempt)
            continue
        return Handled(loaded, facts, appended, repeated=False)
    raise Busy(1.0)


async def handle_registry(
    repository: Repository, decide: Callable[[Registry], Sequence[Fact]], cause: Cause, known: Registry | None = None
) -> Registry:
    """The same for the registry's one stream; the registry as it is afterwards.

    Raises:
        Refusal, Busy, ChassisError: as for `handle`.
    """
    for attempt in range(ATTEMPTS):
        state = await repository.registry(known)
        if cause.request is not None and _is_among(await repository.store.read(REGISTRY), FINGERPRINTS, cause):
            return state
        facts = decide(state)
        if not facts:
            return state
        events = repository.encode(REGISTRY, facts, cause, FINGERPRINTS)
        try:
            await repository.store.append(REGISTRY, state.version, events)
        except Conflict:
            await pause(attempt)
            continue
        return await repository.registry(state)
    raise Busy(1.0)


def is_repeat(loaded: LoadedStream, cause: Cause) -> bool:
    """Whether a client's request with this very cause is in the stream already.

    Raises:
        RequestDiffers: the cause is there with another request.
        DataErased: whether it is the same can no longer be told, the keys being destroyed.
    """
    if cause.request is None:
        return False
    try:
        return _is_among(loaded.recorded, loaded.keys, cause)
    except KeyError as error:
        raise DataErased(complaint=str(loaded.state.id)) from error


def _is_among(recorded: Sequence[RecordedEvent], keys: Keys, cause: Cause) -> bool:
    wanted = str(cause.causation_id).encode()
    for event in recorded:
        if wanted not in event.metadata:
            continue
        metadata = metadata_of(event)
        if metadata.causation_id == cause.causation_id:
            fingerprint = keys.mac(cause.request or b"")
            if metadata.request is not None and metadata.request != fingerprint:
                raise RequestDiffers
            return True
    return False


async def _append(repository: Repository, loaded: LoadedStream, facts: Sequence[Fact], cause: Cause) -> int:
    try:
        append = repository.prepare(loaded, facts, cause)
    except KeyError as error:
        raise DataErased(complaint=str(loaded.state.id)) from error
    appended = await repository.store.append(append.stream, append.expected_version, append.events, append.seen)
    repository.remember(loaded, facts, append, appended)
    return appended.version


async def pause(attempt: int, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Wait a little longer each time, at random, so that two writers do not meet again."""
    await sleep(random.uniform(0, JITTER_S * 2**attempt))  # noqa: S311 - jitter is no secret
