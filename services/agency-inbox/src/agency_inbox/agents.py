"""What wakes the delivery and what it then does: every body with news is told, and a receipt is appended.

Sent first, appended after: a crash in between sends the same message again, under the same `ce_id`.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from agency_inbox import decide
from agency_inbox.delivery import Letter, TopicIds, body_of, receipt_cause, untold
from agency_inbox.postbox import Outgoing, Postbox
from agency_inbox.settings import REMEMBERED_SENDS
from chassis.ledger import Cause, Loaded
from chassis.ports import Clock
from chassis.reaction import Outcome
from chassis.registry_view import RegistryView
from schemas.codec import metadata_of
from schemas.complaint import Receipt
from schemas.envelope import Metadata
from schemas.events.base import Fact
from schemas.policies import Policies
from schemas.registry import Registry


class Told(NamedTuple):
    """A message as it was, or is to be, sent."""

    complaint: UUID
    agency: str
    message: UUID
    topic_id: str


class Delivery:
    """The reaction (see `chassis.reaction.Reaction`) of the agent and of the sweep, over one postbox."""

    def __init__(self, postbox: Postbox, registry: RegistryView, policies: Policies, clock: Clock) -> None:
        self._postbox, self._registry, self._policies, self._clock = postbox, registry, policies, clock
        self._sent: OrderedDict[Told, Receipt] = OrderedDict()

    async def __call__(self, loaded: Sequence[Loaded]) -> Sequence[Outcome | None]:
        """Tell everybody who has not been told."""
        return await self._deliver(loaded, None)

    async def what_was_left(self, grace: timedelta, loaded: Sequence[Loaded]) -> Sequence[Outcome | None]:
        """The same, but news younger than `grace` is left to the agent, which is probably on its way."""
        return await self._deliver(loaded, self._clock.now() - grace)

    async def _deliver(self, loaded: Sequence[Loaded], until: datetime | None) -> Sequence[Outcome | None]:
        topics = await self._postbox.topics({agency for each in loaded for agency in each.state.news})
        letters = [_due(each, topics, until) for each in loaded]
        receipts = await self._send(loaded, letters, topics)
        at = self._clock.now()
        return [_receipted(each, due, receipts, topics, at) for each, due in zip(loaded, letters, strict=True)]

    async def _send(
        self, loaded: Sequence[Loaded], letters: Sequence[Sequence[Letter]], topics: TopicIds
    ) -> dict[Told, Receipt]:
        """The receipts of all letters: of those just sent, and of those sent before a conflict undid the append."""
        wanted = {
            _told(each, letter, topics): (each, letter)
            for each, due in zip(loaded, letters, strict=True)
            for letter in due
        }
        new = [told for told in wanted if told not in self._sent]
        if new:
            registry = await self._registry.current(at_least=max(_basis(wanted[told][0]) for told in new))
            outgoing = [self._outgoing(*wanted[told], registry) for told in new]
            for told, receipt in zip(new, await self._postbox.send(outgoing), strict=True):
                self._sent[told] = receipt
        receipts = {told: self._sent[told] for told in wanted}
        while len(self._sent) > REMEMBERED_SENDS:
            self._sent.popitem(last=False)
        return receipts

    def _outgoing(self, loaded: Loaded, letter: Letter, registry: Registry) -> Outgoing:
        body = body_of(loaded.state, letter, registry, self._policies)
        return Outgoing(letter.agency, loaded.state.id, letter.news, _of_news(loaded, letter).at, body)


def _due(loaded: Loaded, topics: TopicIds, until: datetime | None) -> list[Letter]:
    letters = untold(loaded.state, loaded.ids, topics)
    return [each for each in letters if until is None or each.again or _of_news(loaded, each).at <= until]


def _receipted(
    loaded: Loaded, letters: Sequence[Letter], receipts: dict[Told, Receipt], topics: TopicIds, at: datetime
) -> Outcome | None:
    facts: list[Fact] = []
    for letter in letters:
        facts += decide.deliver(loaded.state, letter.agency, receipts[_told(loaded, letter, topics)], at)
    if not facts:
        return None
    first = letters[0]
    cause = receipt_cause(first.news.event_id, topics[first.agency])
    return facts, Cause(cause, _of_news(loaded, first).correlation_id, at)


def _told(loaded: Loaded, letter: Letter, topics: TopicIds) -> Told:
    return Told(loaded.state.id, letter.agency, letter.news.event_id, topics[letter.agency])


def _of_news(loaded: Loaded, letter: Letter) -> Metadata:
    return metadata_of(loaded.recorded[letter.news.version])


def _basis(loaded: Loaded) -> int:
    routed = loaded.state.routed
    return routed.basis.registry_version if routed is not None else -1
