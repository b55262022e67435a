"""The Faust shell around a guard. Faust counts a message as handled even if its agent raised or was cancelled, so
nothing raises out of the agent's body, and what cannot be finished ends the process instead."""

from collections.abc import Awaitable, Callable, Sequence

from chassis.message import Message

Handle = Callable[[Sequence[Message]], Awaitable[None]]
"""A `chassis.reaction.Guard`: on return every message is handled or durably set aside."""


class Agent:
    """One road of a service: consumer group `<service>.<road>` over a fixed list of topics.

    agent = Agent("router", "reactions", [topics.COMPLAINT_EVENTS], guard, kafka=settings.kafka)
    await agent.run()
    """

    def __init__(self, service: str, road: str, topics: Sequence[str], handle: Handle, *, kafka: str) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        """Until cancelled; then finish the batch in hand within a limit, commit, and leave the group."""
        raise NotImplementedError

    def unready(self) -> str | None:
        """Why this road is not ready yet; None if it is."""
        raise NotImplementedError
