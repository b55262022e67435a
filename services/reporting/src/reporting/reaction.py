"""Open data: whenever something happens to a public complaint, its newest line goes to the topic of summaries."""

from collections.abc import Sequence
from typing import Protocol

from chassis.project.registry import RegistryView
from chassis.react.reaction import Outcome, Reaction
from chassis.write.loaded import LoadedStream
from schemas.contract.open_data import Line, retraction, summary
from schemas.deadlines import timeline_due
from schemas.deadlines.policies import Policies


class Summaries(Protocol):
    """The topic `complaint-summary`."""

    async def send(self, lines: Sequence[Line]) -> None:
        """All of them are in the topic on return. Raises BrokerUnavailable: some may be."""
        ...


def publish_open_data(registry: RegistryView, policies: Policies, summaries: Summaries) -> Reaction:
    """Send the present line of each, or what takes back its lines; an older one that comes twice does no harm, the
    newest version holds.
    """

    async def react(loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        known = await registry.current()
        lines = [
            summary(each.state, known, timeline_due(each.state, known, policies))
            or retraction(each.state, each.facts())
            for each in loaded
        ]
        await summaries.send([line for line in lines if line is not None])
        return [None] * len(loaded)

    return react
