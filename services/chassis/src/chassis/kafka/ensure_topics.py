"""Topics that outsiders write are there before they write, and again after the broker lost them."""

import asyncio
from collections.abc import Collection
from typing import Final

from chassis.base.retry import RetryPolicy
from chassis.kafka.admin import Admin
from schemas.base.topics import Topic

LOOK_S: Final = 5.0


class TopicProvisioner:
    """A road that makes these topics whenever they are missing. Await `once` before whatever reads them."""

    def __init__(self, kafka: str, topics: Collection[Topic]) -> None:
        self._admin, self._topics = Admin(kafka), topics
        self._retry_policy, self._what = RetryPolicy(longest_s=0.5), ", ".join(topic.name for topic in topics)

    async def run(self) -> None:
        """Until cancelled. Waits while the broker is away."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                await self.once()
        finally:
            await self._admin.close()

    async def once(self) -> None:
        """See to it now."""
        await self._retry_policy.until_up(lambda: self._admin.ensure(self._topics), f"topics {self._what}")

    def unready(self) -> str | None:
        """Never: they were made before the road began."""
        return None
