"""Creates the topics that external parties write to, at start and again after the broker lost them; keeps retention as
the policy in force says.
"""

import asyncio
from collections.abc import Callable, Collection
from typing import Final, NamedTuple

from chassis.base.cluster import Cluster
from chassis.base.retry import RetryPolicy
from chassis.kafka.admin import Admin
from schemas.base.topics import Topic

PERIOD_S: Final = 5.0


class Existing(NamedTuple):
    """Topics whose names begin with `prefix`. `topics`: how those of these names are configured, by the policy in force
    now.
    """

    prefix: str
    topics: Callable[[Collection[str]], Collection[Topic]]


class TopicProvisioner:
    """A background task that creates these topics whenever they are missing, and configures existing ones. Await `once`
    before starting consumers.
    """

    def __init__(
        self,
        kafka: Cluster,
        topics: Callable[[], Collection[Topic]],
        *,
        create: bool = True,
        existing: "Existing | None" = None,
        period_s: float = PERIOD_S,
    ) -> None:
        """`topics`: by the policy in force now. `create` off: missing topics are left alone. `existing`: other topics,
        which are configured if they exist.
        """
        self._existing = existing
        self._admin, self._topics, self._create, self._period_s = Admin(kafka), topics, create, period_s
        self._retry_policy, self._what = RetryPolicy(longest_s=0.5), ", ".join(topic.name for topic in topics())

    async def run(self) -> None:
        """Run until cancelled; waits while the broker does not answer."""
        try:
            while True:
                await asyncio.sleep(self._period_s)
                await self.once()
        finally:
            await self._admin.close()

    async def once(self) -> None:
        """Create and configure them now."""
        await self._retry_policy.until_up(self._ensure, f"topics {self._what}")

    async def _ensure(self) -> None:
        await self._admin.ensure(self._topics(), create=self._create)
        if self._existing is not None:
            there = await self._admin.topic_ids_under(self._existing.prefix)
            await self._admin.ensure(self._existing.topics(sorted(there)), create=False)

    def unready(self) -> str | None:
        """Always ready: the topics exist before this task starts."""
        return None
