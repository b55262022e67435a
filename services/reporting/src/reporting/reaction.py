"""Publishes open data: the newest summary line of each public complaint that changed."""

from collections.abc import Sequence
from typing import Protocol

from chassis.project.registry import RegistryView
from chassis.react.reaction import Outcome, Reaction
from chassis.write.loaded import LoadedStream
from reporting.open_data.line import line_of
from schemas.contract.open_data import Line, retraction
from schemas.deadlines.policies import Policies


class Summaries(Protocol):
    """The topic `complaint-summary`."""

    async def send(self, lines: Sequence[Line]) -> None:
        """On return all lines are in the topic.

        Raises:
            BrokerUnavailable: some lines may be in the topic.
        """
        ...


def publish_open_data(registry: RegistryView, policies: Policies, summaries: Summaries) -> Reaction:
    """Send each complaint's present line, or a retraction if it may not be published any more. Readers keep the line of
    the highest version, so repeats do no harm.
    """

    async def react(loaded: Sequence[LoadedStream]) -> Sequence[Outcome | None]:
        known = await registry.current()
        lines = [line_of(each, known, policies) or retraction(each.state, each.facts()) for each in loaded]
        await summaries.send([line for line in lines if line is not None])
        return [None] * len(loaded)

    return react
