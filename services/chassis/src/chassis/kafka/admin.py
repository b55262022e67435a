"""Creates, configures and describes topics.

A topic that was deleted and recreated keeps its name but gets another id: only the id shows that its records are gone.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import kafka.errors as kafka_errors
from kafka.admin._configs import ConfigResource, ConfigResourceType
from kafka.protocol.admin import DescribeClusterRequest

from chassis.base.cluster import Cluster
from chassis.base.errors import BrokerUnavailable, ChassisError, Permanent
from chassis.kafka.admin_client import AdminClient
from chassis.kafka.clients import no_right
from chassis.kafka.sign_in import refusal, wrong_password
from schemas.base.topics import Topic

REQUEST_MS: Final = 10_000
BOOTSTRAP_MS: Final = 2_000
"""Short, because a broker may be starting: the caller waits and retries."""
TOPIC_CHECK_S: Final = 5.0
MIN_INSYNC: Final = "min.insync.replicas"
DELETED_CHECK_S: Final = 0.1
_NO_RIGHT: Final = {
    kafka_errors.TopicAuthorizationFailedError: "the topic",
    kafka_errors.GroupAuthorizationFailedError: "the consumer group",
    kafka_errors.ClusterAuthorizationFailedError: "the cluster",
}

T = TypeVar("T")


class TopicRecreated(Exception):
    """A topic was deleted and perhaps recreated: read or publish it again from the beginning."""


class Admin:
    """One connection to the cluster, opened at first use and reopened after every error. Calls run on a thread, one at
    a time, and take at most about 10 s.

    Every method raises `BrokerUnavailable`, or `KafkaDenied`.
    """

    def __init__(self, kafka: Cluster) -> None:
        self._kafka = kafka
        self._client: Any = None
        self._closed = False
        self._lock = asyncio.Lock()

    async def ensure(self, topics: Collection[Topic], *, create: bool = True) -> dict[str, UUID]:
        """Create missing topics (unless `create` is off) and configure existing ones; the id of each.

        Raises:
            Permanent: a topic has another number of partitions. Keys would move to other partitions, so a person must
                decide.
        """
        by_name = {topic.name: topic for topic in topics}
        return await self._call(lambda client: _ensure(client, by_name, create=create))

    async def topic_ids(self, names: Iterable[str]) -> dict[str, UUID]:
        """The present id of each; missing topics are left out."""
        return await self._call(lambda client: _ids(client, list(names)))

    async def describe(self, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """Of each topic that is there: `partitions`, `copies`, `in_sync` (the least of any) and, where this user may
        read it, `min_insync`.
        """
        return await self._call(lambda client: _details(client, names))

    async def delete(self, names: Collection[str]) -> None:
        """Delete these topics; those that do not exist are left out. On return they are gone."""
        await self._call(lambda client: _delete(client, names))

    async def watch(self, ids: Mapping[str, UUID]) -> None:
        """Check these topics every `TOPIC_CHECK_S`. Raises TopicRecreated: one is missing or has another id."""
        while True:
            await asyncio.sleep(TOPIC_CHECK_S)
            if await self.topic_ids(ids) != ids:
                raise TopicRecreated

    async def topic_ids_under(self, prefix: str) -> dict[str, UUID]:
        """The present id of every topic whose name starts with `prefix`."""
        return await self._call(lambda client: _ids_under(client, prefix))

    async def cluster_id(self) -> str:
        """The cluster's id; it changes when the whole broker is wiped."""
        return await self._call(_cluster_id)

    async def close(self) -> None:
        """Close the connection; a call whose task was cancelled goes on in its thread and closes what it opens."""
        self._closed = True
        async with self._lock:
            await asyncio.to_thread(self._drop)

    async def _call(self, act: Callable[[Any], T]) -> T:
        async with self._lock:
            self._closed = False
            try:
                return await asyncio.to_thread(self._act, act)
            except BrokerUnavailable as error:  # which the library also says if it was refused
                raise await refusal(self._kafka) or error from error

    def _act(self, act: Callable[[Any], T]) -> T:
        try:
            return self._attempt(act)
        finally:
            if self._closed:
                self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _attempt(self, act: Callable[[Any], T]) -> T:
        try:
            _check_listening(self._kafka.address)
            if self._client is None:
                self._client = AdminClient(
                    self._kafka,
                    request_timeout_ms=REQUEST_MS,
                    bootstrap_timeout_ms=BOOTSTRAP_MS,
                    reconnect_backoff_max_ms=BOOTSTRAP_MS // 4,
                )
            return act(self._client)
        except ChassisError:
            raise
        except Exception as error:
            self._drop()
            for kind, what in _NO_RIGHT.items():
                if isinstance(error, kind):
                    raise no_right(self._kafka, what, str(error.args[0]) if error.args else "") from error
            if isinstance(error, kafka_errors.SaslAuthenticationFailedError):
                raise wrong_password(self._kafka) from error
            if isinstance(error, kafka_errors.KafkaError | OSError):
                raise BrokerUnavailable(f"{type(error).__name__}: {error}") from error
            raise


def _check_listening(addresses: str) -> None:
    """Raises OSError with the addresses at once if no broker does: the library would try for seconds and leak a socket
    each time.
    """
    for address in (every := addresses.split(",")):
        host, _, port = address.strip().rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=BOOTSTRAP_MS / 1000).close()
        except OSError as error:
            if address is every[-1]:
                raise OSError(f"no broker answers at {addresses}: {error}") from error
        else:
            return


def _cluster_id(client: Any) -> str:
    # The library's method also asks what the user may do with the cluster, which the broker then logs as refused.
    request = DescribeClusterRequest(include_cluster_authorized_operations=False)
    return str(client._manager.run(client._manager.send, request).cluster_id)  # noqa: SLF001


def _described(client: Any, names: Sequence[str]) -> dict[str, Any]:
    described = client.describe_topics(list(names))
    for topic in described:
        if kafka_errors.for_code(topic["error_code"]) is kafka_errors.TopicAuthorizationFailedError:
            raise kafka_errors.TopicAuthorizationFailedError(topic["name"])  # else it would look like a missing one
    return {topic["name"]: topic for topic in described if not topic["error_code"]}


def _details(client: Any, names: Sequence[str]) -> dict[str, dict[str, int]]:
    there = _described(client, names)
    if not there:
        return {}
    request = [ConfigResource(ConfigResourceType.TOPIC, name, {MIN_INSYNC: None}) for name in there]
    configs = client.describe_configs(request, config_filter="all")["topic"]
    return {
        name: {
            "partitions": len(topic["partitions"]),
            "copies": max(len(each["replica_nodes"]) for each in topic["partitions"]),
            "in_sync": min(len(each["isr_nodes"]) for each in topic["partitions"]),
            **({"min_insync": int(configs[name][MIN_INSYNC]["value"])} if MIN_INSYNC in configs.get(name, {}) else {}),
        }
        for name, topic in there.items()
    }


def _ids(client: Any, names: Sequence[str]) -> dict[str, UUID]:
    return {name: UUID(str(topic["topic_id"])) for name, topic in _described(client, names).items()}


def _ids_under(client: Any, prefix: str) -> dict[str, UUID]:
    found = (topic for topic in client.describe_topics() if not topic["error_code"])
    return {topic["name"]: UUID(str(topic["topic_id"])) for topic in found if topic["name"].startswith(prefix)}


def _ensure(client: Any, by_name: Mapping[str, Topic], *, create: bool) -> dict[str, UUID]:
    there = _described(client, list(by_name))
    for name, topic in there.items():
        if (partitions := len(topic["partitions"])) != by_name[name].partitions:
            raise Permanent(f"topic {name} has {partitions} partitions, not {by_name[name].partitions}")
    missing = [topic for name, topic in by_name.items() if name not in there]
    if missing and create:
        _create(client, missing)
    if there:
        _configure(client, [by_name[name] for name in there])
    return _ids(client, list(by_name))


def _delete(client: Any, names: Collection[str]) -> None:
    end = time.monotonic() + REQUEST_MS / 1000
    if there := list(_described(client, list(names))):
        client.delete_topics(there)
    while _described(client, list(names)):
        if time.monotonic() > end:
            raise BrokerUnavailable(f"the broker has not deleted {', '.join(names)} yet")
        time.sleep(DELETED_CHECK_S)


def _create(client: Any, topics: Sequence[Topic]) -> None:
    request = {
        topic.name: {"num_partitions": topic.partitions, "replication_factor": -1, "configs": topic.configs()}
        for topic in topics
    }
    answer = client.create_topics(request, timeout_ms=REQUEST_MS, raise_errors=False)
    for topic in answer["topics"]:
        error = kafka_errors.for_code(topic["error_code"])
        # Another process may have created it first.
        if error not in (kafka_errors.NoError, kafka_errors.TopicAlreadyExistsError):
            raise error(topic["name"] if error in _NO_RIGHT else topic["error_message"])
    client.wait_for_topics(list(request), timeout_ms=REQUEST_MS)


def _configure(client: Any, topics: Sequence[Topic]) -> None:
    request = [ConfigResource(ConfigResourceType.TOPIC, topic.name, dict.fromkeys(topic.configs())) for topic in topics]
    present = client.describe_configs(request, config_filter="all")["topic"]
    changed = [
        ConfigResource(ConfigResourceType.TOPIC, topic.name, topic.configs())
        for topic in topics
        if {name: present[topic.name][name]["value"] for name in topic.configs()} != topic.configs()
    ]
    if changed:
        # The library raises nothing for a topic whose configuration was refused.
        for name, outcome in client.alter_configs(changed).get("topic", {}).items():
            if "AuthorizationFailed" in outcome:
                raise kafka_errors.TopicAuthorizationFailedError(name)
            if outcome != "OK":
                raise kafka_errors.KafkaError(f"{name}: {outcome}")
