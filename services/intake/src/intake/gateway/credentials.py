"""Channel gateways as owners of Kafka credentials."""

from collections.abc import Callable, Collection
from typing import Final

from chassis.kafka.admin import Admin
from chassis.kafka.credentials import Refused
from schemas.access.kafka_users import Kind
from schemas.base.topics import Topic


class ChannelGateways:
    """Implements `chassis.kafka.credentials.Owners`: the gateways that the setting names."""

    kind: Final = Kind.GATEWAY

    def __init__(self, admin: Admin, gateways: Collection[str], topic: Callable[[str], Topic]) -> None:
        """`topic`: of a gateway, with the retention of the policy in force."""
        self._admin, self._gateways, self._topic = admin, gateways, topic

    async def check(self, id_: str) -> None:
        """Raises Refused: there is no such gateway."""
        if id_ not in self._gateways:
            known = ", ".join(sorted(self._gateways))
            raise Refused(f"there is no gateway {id_}, but {known}: name it in SATUPINTU_GATEWAYS, for every process")

    async def ensure_topics(self, id_: str) -> None:
        """Create its topic, unless it exists."""
        await self._admin.ensure([self._topic(id_)])
