"""Creates the topics that external parties write to, at start and again after the broker lost them."""

import asyncio
from collections.abc import Collection
from typing import Final

from chassis.base.retry import RetryPolicy
from chassis.kafka.admin import Admin
from schemas.base.topics import Topic

PERIOD_S: Final = 5.0


class TopicProvisioner:
    """A background task that creates these topics whenever they are missing. Await `once` before starting consumers."""

    def __init__(self, kafka: str, topics: Collection[Topic]) -> None:
        self._admin, self._topics = Admin(kafka), topics
        self._retry_policy, self._what = RetryPolicy(longest_s=0.5), ", ".join(topic.name for topic in topics)

    async def run(self) -> None:
        """Run until cancelled; waits while the broker does not answer."""
        try:
            while True:
                await asyncio.sleep(PERIOD_S)
                await self.once()
        finally:
            await self._admin.close()

    async def once(self) -> None:
        """Create the missing ones now."""
        await self._retry_policy.until_up(lambda: self._admin.ensure(self._topics), f"topics {self._what}")

    def unready(self) -> str | None:
        """Always ready: the topics exist before this task starts."""
        return None
