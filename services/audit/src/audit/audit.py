"""Walks the whole store and proves the books: every complaint filed is closed for a reason, or somebody living has it
and something is due that is not overdue. The same command in tests and in production.

Memory holds one page of streams; what was met before lies in a temporary file (`audit_met`). Only leads that others
follow are counted one by one.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from audit.as_of import UNREADABLE, early, known, registry_known
from audit.books import Books, summary
from audit.finding import AuditContext, Violation
from audit.rules.gaps import Gaps
from audit.rules.history import history
from audit.rules.parts import answered_early
from audit.rules.state import RelatedComplaints, check, pointed_to
from audit.seen import SeenEvents
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.streams import COMPLAINT_PREFIX, REGISTRY, complaint_id, complaint_stream
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.deadlines.policies import Policies
from schemas.events.codec import decode
from schemas.wording.fields import by_field

PAGE: Final = 1000

Found = tuple[Violation, LoadedStream]
Page = Callable[[Sequence[RecordedEvent], int], None]
"""Hears each page of events, and how many events were seen so far."""
Judged = Callable[[Complaint], None]
"""Hears each complaint's state once."""


class Audit:
    """One walk. `told` is complete when `violations` has ended."""

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
        """`now`: judge as of this time. `tolerance`: how late an action may be, since it may be on its way.
        `page_size`: events read at a time. `until`: leave out what came later, complaints, facts and the registry's;
        None: nothing.
        """
        self._page_size, self._until = page_size, until
        self._repository, self._policies, self._now, self._tolerance = repository, policies, now, tolerance
        self._page, self._judged = page, judged
        self._leads: dict[UUID, bool | UUID] = {}
        self._books, self._gaps, self.position, self.events, self.later = Books(), Gaps(), 0, 0, 0

    @property
    def totals(self) -> dict[str, Any]:
        """The books, as the front door tells them."""
        return self._books.totals(self.position, self._is_open)

    async def violations(self) -> AsyncIterator[Found]:
        """Each broken rule with the stream that breaks it."""
        registry = registry_known(await self._repository.store.read(REGISTRY), self._until)
        basis = AuditContext(registry, self._policies, self._now, self._tolerance)
        position: int | None = None
        with SeenEvents() as met:
            while True:
                page = await self._repository.store.read_all(position, (), self._page_size)
                async for found in self._streams(dict.fromkeys(event.stream for event in page.events), basis, met):
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

    async def _streams(self, names: dict[str, None], basis: AuditContext, met: SeenEvents) -> AsyncIterator[Found]:
        fresh = met.fresh(list(names))
        ours = [name for name in fresh if _is_complaint(name)]
        for found in await self._others([name for name in fresh if name not in ours]):
            yield found
        for whole in await self._load([complaint_id(name) for name in ours]):
            self._gaps.stream(whole.recorded)
            loaded = known(whole, self._until)
            self.later += len(whole.recorded) - len(loaded.recorded)
            if whole.recorded and not loaded.recorded:
                continue  # filed later
            for violation in [*await self._judge(loaded, basis), *_number(loaded, met)]:
                yield violation, loaded

    async def _judge(self, loaded: LoadedStream, basis: AuditContext) -> list[Violation]:
        state = loaded.state
        if loaded.recorded and state.version < 0:
            return list(history(loaded.stream, loaded.recorded)) or [_unreadable(loaded)]
        pointed = [known(each, self._until) for each in await self._load(pointed_to(state))]
        others = {each.state.id: each for each in pointed if each.state.version >= 0}
        around = RelatedComplaints({each: other.state for each, other in others.items()})
        self._books.change(None, summary(state))
        if (lead := around.lead_of(state)) is not None:
            self._leads[lead.id] = lead.lead if lead.status is Status.JOINED and lead.lead else lead.is_open
        if self._judged:
            self._judged(state)
        return check(loaded, around, basis) or list(answered_early(loaded, others))

    def _is_open(self, lead: UUID) -> bool | None:
        # A lead may itself have joined another since: the root of the chain decides.
        seen, found = set[UUID](), self._leads.get(lead)
        while isinstance(found, UUID) and found not in seen:
            seen.add(found)
            found = self._leads.get(found)
        return found if isinstance(found, bool) else None

    async def _others(self, names: Sequence[str]) -> list[Found]:
        # The registry's stream, the supports'; and a complaint's under a name that is not its own.
        found: list[Found] = []
        for name, whole in zip(names, await self._repository.store.read_many(names) if names else [], strict=True):
            recorded = early(whole, self._until)
            self.later += len(whole) - len(recorded)
            loaded = LoadedStream(name, new(UUID(int=0)), Keys(), recorded)
            found += [(violation, loaded) for violation in history(name, recorded)]
            self._gaps.stream(whole)
            if name.startswith(COMPLAINT_PREFIX):
                what = "no complaint's stream has this name: a second one of the same complaint, or of none"
                found.append((Violation("alias", name, 0, what), loaded))
        return found

    async def _load(self, complaints: Sequence[UUID]) -> list[LoadedStream]:
        """All of them; one that cannot be folded comes without a state (version -1)."""
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


def _number(loaded: LoadedStream, met: SeenEvents) -> list[Violation]:
    state = loaded.state
    if state.whole is not None or not state.public_number:
        return []
    first = met.first(state.public_number, state.id)
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
    return Violation("unreadable", loaded.stream, 0, "a fact in it cannot be read: its seal is broken")


def _faults(error: Exception) -> str:
    # The fields and what is wrong with each, never what stands in them.
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return "its bytes are broken"
    return "; ".join(by_field(each) for each in cause.errors(include_url=False, include_input=False))
