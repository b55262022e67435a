"""Command handling: load, fold, decide, append at the folded version; repeated after a conflict.

A repeated command with the same cause writes nothing. Refusals of `decide` are raised to the caller. A client's
precondition is compared with the very state that is decided on, before each attempt.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from chassis.base import metrics
from chassis.base.errors import Busy, Conflict
from chassis.base.retry import RetryPolicy
from chassis.write.loaded import LoadedStream
from chassis.write.precondition import UNCONDITIONAL, Precondition, TagOf, entity_tag, version_tag
from chassis.write.repository import Cause, Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.refusals import DataErased, NotFound, Refusal, RequestDiffers, VersionMismatch
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.events.codec import metadata_of
from schemas.registry.fold import Registry

ATTEMPTS: Final = 6
CONFLICTS: Final = RetryPolicy(first_s=0.02, longest_s=0.64, certain=0.0)
FINGERPRINTS: Final = Keys({0: b"the registry has no secrets"})
"""Key for the fingerprints of requests that change the registry."""

Decide = Callable[[Complaint], Sequence[Fact]]


class Handled(NamedTuple):
    """A handled command: the complaint that was decided on, and the facts appended to it."""

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
    condition: Precondition = UNCONDITIONAL,
    tag_of: TagOf = version_tag,
) -> Handled:
    """Decide on the complaint's present state and append the resulting facts.

    `opens`: the owner of the key (the complaint or its whole), if the command may start the stream. `condition`: what
    the client last read, by the entity tags that `tag_of` makes.

    Raises:
        Refusal: from `decide`; also `RequestDiffers`, `DataErased` and `VersionMismatch`.
        Busy: other writers kept appending first.
        ChassisError: from the store.
    """
    for attempt in range(ATTEMPTS):
        loaded = await repository.load(complaint)
        if opens is not None and not loaded.recorded:
            loaded = await repository.with_keys(loaded, opens)
        if is_repeat(loaded, cause):
            return Handled(loaded, (), loaded.state.version, repeated=True)
        await meet(condition, loaded, decide, tag_of)
        facts = decide(loaded.state)
        if not facts:
            return Handled(loaded, (), loaded.state.version)
        try:
            appended = await _append(repository, loaded, facts, cause)
        except Conflict:
            metrics.APPEND_CONFLICTS.labels(repository.writer).inc()
            await pause(attempt)
            continue
        return Handled(loaded, facts, appended, repeated=False)
    raise Busy(1.0)


async def meet(condition: Precondition, loaded: LoadedStream, decide: Decide, tag_of: TagOf = version_tag) -> None:
    """Check a client's precondition.

    Raises:
        VersionMismatch: the client has read another state.
        NotFound: from `decide`; a version would tell that there is such a complaint.
    """
    if condition == UNCONDITIONAL:
        return
    try:
        condition.check(await tag_of(loaded))
    except VersionMismatch as mismatch:
        try:
            decide(loaded.state)
        except NotFound:
            raise
        except Refusal:
            raise mismatch from None
        raise


async def handle_registry(
    repository: Repository,
    decide: Callable[[Registry], Sequence[Fact]],
    cause: Cause,
    known: Registry | None = None,
    condition: Precondition = UNCONDITIONAL,
) -> Registry:
    """As `handle`, for the registry's stream; the registry afterwards.

    Raises:
        Refusal, Busy, ChassisError: as for `handle`.
    """
    for attempt in range(ATTEMPTS):
        state = await repository.registry(known)
        if cause.request is not None and _is_among(await repository.store.read(REGISTRY), FINGERPRINTS, cause):
            return state
        condition.check(entity_tag(state.version))
        facts = decide(state)
        if not facts:
            return state
        events = repository.encode(REGISTRY, facts, cause, FINGERPRINTS)
        try:
            await repository.store.append(REGISTRY, state.version, events)
        except Conflict:
            metrics.APPEND_CONFLICTS.labels(repository.writer).inc()
            await pause(attempt)
            continue
        return await repository.registry(state)
    raise Busy(1.0)


def is_repeat(loaded: LoadedStream, cause: Cause) -> bool:
    """Whether the stream already holds a client's request with this cause.

    Raises:
        RequestDiffers: it holds the cause with another request.
        DataErased: the keys are destroyed, so the requests cannot be compared.
    """
    if cause.request is None:
        return False
    try:
        return _is_among(loaded.recorded, loaded.keys, cause)
    except KeyError as error:
        raise DataErased(complaint=str(loaded.state.id)) from error


def last_version(loaded: LoadedStream, cause: Cause) -> int:
    """The version of the last event that this request wrote; the present one if there is none."""
    causes = (cause.causation_id, *cause.former)
    own = [event.version for event in loaded.recorded if metadata_of(event).causation_id in causes]
    return own[-1] if own else loaded.state.version


def _is_among(recorded: Sequence[RecordedEvent], keys: Keys, cause: Cause) -> bool:
    causes = (cause.causation_id, *cause.former)
    written = [str(each).encode() for each in causes]
    for event in recorded:
        if not any(each in event.metadata for each in written):
            continue
        metadata = metadata_of(event)
        if metadata.causation_id in causes:
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


async def pause(attempt: int) -> None:
    """Wait after the conflict number `attempt` (from 0); fully random, so that two writers do not conflict again."""
    await CONFLICTS.sleep(CONFLICTS.wait_s(attempt + 1))
