"""kafka-python's client for administration, without its leaks."""

from typing import Any, Final

from kafka.admin import KafkaAdminClient
from kafka.net import KafkaNetSocket

from chassis.base.cluster import Cluster
from chassis.kafka.sign_in import options

DIRECT: Final = "direct"
"""The library picks a kind of socket by the scheme of `proxy_url`; this one has no proxy."""


class AdminClient(KafkaAdminClient):  # type: ignore[misc]
    """Closes itself when it cannot connect; the library would leak a thread for each attempt.

    `settings`: the library's, beside those that say how to sign in.
    """

    def __init__(self, kafka: Cluster, **settings: Any) -> None:
        try:
            super().__init__(**options(kafka), proxy_url=f"{DIRECT}://", **settings)
        except BaseException:
            self._closed = False
            self.close()
            raise


class _ClosedIfRefused(KafkaNetSocket):  # type: ignore[misc]
    """kafka-python 3.0 leaves the socket of a connection that was refused to the garbage collector."""

    SCHEMES = (DIRECT,)

    async def sock_connect(self, net: Any, sock: Any, sockaddr: Any, timeout_at: float | None = None) -> Any:
        try:
            return await super().sock_connect(net, sock, sockaddr, timeout_at=timeout_at)
        except BaseException:
            sock.close()
            raise
