"""Reads the whole store and checks it: every complaint is closed for a reason, or it has a living holder and a next
action that is not overdue.

Memory holds one page of streams; the streams seen so far are in a temporary file (`audit.seen`). Only leads with
followers are kept one by one.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from audit.as_of import UNREADABLE, events_until, registry_as_of, stream_as_of
from audit.books import Books, Leads, open_or_lead, summary
from audit.finding import AuditContext, Violation
from audit.rules.gaps import Gaps
from audit.rules.history import stream_faults
from audit.rules.parts import answered_early
from audit.rules.state import RelatedComplaints, check, pointed_to
from audit.seen import SeenEvents
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.streams import COMPLAINT_PREFIX, REGISTRY, complaint_id, complaint_stream
from schemas.complaint.state import Complaint, new
from schemas.deadlines.policies import Policies
from schemas.events.codec import decode
from schemas.wording.fields import by_field

PAGE: Final = 1000

Found = tuple[Violation, LoadedStream]
Page = Callable[[Sequence[RecordedEvent], int], None]
"""Called with each page of events and the number of events read so far."""
Judged = Callable[[Complaint], None]
"""Called once with each complaint's state."""


class Audit:
    """One audit. `totals` is complete when `violations` has ended."""

    def __init__(
        self,
        repository: Repository,
        policies: Policies,
        now: datetime,
        tolerance: timedelta,
        *,
        page: Page | None = None,
        judged: Judged | None = None,
        page_size: int = PAGE,
        until: datetime | None = None,
    ) -> None:
        """`now`: the time to compare dates with. `tolerance`: how late an action may be, since it may be in progress.
        `page_size`: events read at a time. `until`: leave out later events, those of the registry too; None: none.
        """
        self._page_size, self._until = page_size, until
        self._repository, self._policies, self._now, self._tolerance = repository, policies, now, tolerance
        self._page, self._judged = page, judged
        self._leads: Leads = {}
        self._books, self._gaps, self.position, self.events, self.later = Books(), Gaps(), 0, 0, 0

    @property
    def totals(self) -> dict[str, Any]:
        """The totals of the books."""
        return self._books.totals(self.position, self._leads)

    async def violations(self) -> AsyncIterator[Found]:
        """Each broken rule with the stream that breaks it."""
        registry = registry_as_of(await self._repository.store.read(REGISTRY), self._until)
        context = AuditContext(registry, self._policies, self._now, self._tolerance)
        position: int | None = None
        with SeenEvents() as seen:
            while True:
                page = await self._repository.store.read_all(position, (), self._page_size)
                async for found in self._streams(dict.fromkeys(event.stream for event in page.events), context, seen):
                    yield found
                self._gaps.page(page.events)
                position = page.position
                self.position, self.events = position or 0, self.events + len(page.events)
                if self._page:
                    self._page(page.events, self.events)
                if page.caught_up:
                    break
        if self._repository.store.dense:
            for violation in self._gaps.found():
                yield violation, LoadedStream(violation.stream, new(UUID(int=0)), Keys(), ())

    async def _streams(self, names: dict[str, None], context: AuditContext, seen: SeenEvents) -> AsyncIterator[Found]:
        fresh = seen.fresh(list(names))
        ours = [name for name in fresh if _is_complaint(name)]
        for found in await self._others([name for name in fresh if name not in ours]):
            yield found
        for whole in await self._load([complaint_id(name) for name in ours]):
            self._gaps.stream(whole.recorded)
            loaded = stream_as_of(whole, self._until)
            self.later += len(whole.recorded) - len(loaded.recorded)
            if whole.recorded and not loaded.recorded:
                continue  # filed later
            for violation in [*await self._judge(loaded, context), *_number(loaded, seen)]:
                yield violation, loaded

    async def _judge(self, loaded: LoadedStream, context: AuditContext) -> list[Violation]:
        state = loaded.state
        if loaded.recorded and state.version < 0:
            return list(stream_faults(loaded.stream, loaded.recorded)) or [_unreadable(loaded)]
        pointed = [stream_as_of(each, self._until) for each in await self._load(pointed_to(state))]
        others = {each.state.id: each for each in pointed if each.state.version >= 0}
        related = RelatedComplaints({each: other.state for each, other in others.items()})
        self._books.change(None, summary(state))
        if (lead := related.lead_of(state)) is not None:
            self._leads[lead.id] = open_or_lead(lead)
        if self._judged:
            self._judged(state)
        return check(loaded, related, context) or list(answered_early(loaded, others))

    async def _others(self, names: Sequence[str]) -> list[Found]:
        # The registry's stream, support streams, and complaint streams under a name that is no complaint's.
        found: list[Found] = []
        for name, whole in zip(names, await self._repository.store.read_many(names) if names else [], strict=True):
            recorded = events_until(whole, self._until)
            self.later += len(whole) - len(recorded)
            loaded = LoadedStream(name, new(UUID(int=0)), Keys(), recorded)
            found += [(violation, loaded) for violation in stream_faults(name, recorded)]
            self._gaps.stream(whole)
            if name.startswith(COMPLAINT_PREFIX):
                what = "this is not the name of a complaint's stream: a second stream of the same complaint, or of none"
                found.append((Violation("alias", name, 0, what), loaded))
        return found

    async def _load(self, complaints: Sequence[UUID]) -> list[LoadedStream]:
        """The complaints; one that cannot be folded has no state (version -1)."""
        if not complaints:
            return []
        try:
            return await self._repository.load_many(complaints)
        except UNREADABLE:
            return [await self._alone(complaint) for complaint in complaints]

    async def _alone(self, complaint: UUID) -> LoadedStream:
        try:
            return await self._repository.load(complaint)
        except UNREADABLE:
            stream = complaint_stream(complaint)
            return LoadedStream(stream, new(complaint), Keys(), await self._repository.store.read(stream))


def _number(loaded: LoadedStream, seen: SeenEvents) -> list[Violation]:
    state = loaded.state
    if state.whole is not None or not state.public_number:
        return []
    first = seen.first(state.public_number, state.id)
    what = f"{state.public_number} is also the number of {first}"
    return [] if first == state.id else [Violation("number-twice", loaded.stream, 0, what)]


def _is_complaint(stream: str) -> bool:
    try:
        return stream.startswith(COMPLAINT_PREFIX) and stream == complaint_stream(complaint_id(stream))
    except ValueError:
        return False


def _unreadable(loaded: LoadedStream) -> Violation:
    for event in loaded.recorded:
        try:
            decode(event)
        except UNREADABLE as error:
            what = f"{event.type} cannot be read: {_faults(error)}"
            return Violation("unreadable", loaded.stream, event.version, what)
    return Violation("unreadable", loaded.stream, 0, "an event in it cannot be read: its seal is broken")


def _faults(error: Exception) -> str:
    # The fields and what is wrong with each, never their content.
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return "its bytes are broken"
    return "; ".join(by_field(each) for each in cause.errors(include_url=False, include_input=False))
