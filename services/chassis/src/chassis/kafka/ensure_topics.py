"""Creates the topics that external parties write to, at start and again after the broker lost them; keeps retention as
the policy in force says.
"""

import asyncio
from collections.abc import Callable, Collection
from typing import Final

from chassis.base.cluster import Cluster
from chassis.base.retry import RetryPolicy
from chassis.kafka.admin import Admin
from schemas.base.topics import Topic

PERIOD_S: Final = 5.0


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
        period_s: float = PERIOD_S,
    ) -> None:
        """`topics`: by the policy in force now. `create` off: missing topics are left alone."""
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
        await self._retry_policy.until_up(
            lambda: self._admin.ensure(self._topics(), create=self._create), f"topics {self._what}"
        )

    def unready(self) -> str | None:
        """Always ready: the topics exist before this task starts."""
        return None
