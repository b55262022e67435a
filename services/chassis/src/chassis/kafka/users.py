"""Makes Kafka's users, rights and quotas, as the administrator."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import kafka.errors as kafka_errors
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafka.protocol.admin import AlterClientQuotasRequest

from chassis.base.errors import BrokerUnavailable
from chassis.kafka.admin import Admin
from schemas.access.kafka import Resource, Right

MECHANISM: Final = ScramMechanism.SCRAM_SHA_512
KINDS: Final = {
    Resource.TOPIC: ResourceType.TOPIC,
    Resource.GROUP: ResourceType.GROUP,
    Resource.TRANSACTIONAL_ID: ResourceType.TRANSACTIONAL_ID,
}
ANY: Final = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
EVERY: Final = ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, ANY)
"""Every right of everybody."""
Quota = Mapping[str, float]
"""By Kafka's name of the limit, such as `producer_byte_rate`."""


class UserAdmin(Admin):
    """The administrator's connection. Every change may be repeated, also by several processes at once."""

    async def users(self) -> list[str]:
        """The names of all users with a password."""
        return await self._call(_users)

    async def set_rights(self, rights: Mapping[str, Sequence[Right]]) -> None:
        """Give each user these rights and take every other one."""
        await self._call(lambda client: _set_rights(client, rights))

    async def set_passwords(self, passwords: Mapping[str, str]) -> None:
        """Make these users, or change their passwords. Give them their rights first: who can sign in, can work."""
        wanted = [UserScramCredentialUpsertion(name, MECHANISM, password) for name, password in passwords.items()]
        await self._call(lambda client: _alter_users(client, wanted))

    async def set_quotas(self, users: Collection[str], quota: Quota) -> None:
        """Limit each of these users; an empty quota removes nothing."""
        if users:
            await self._call(lambda client: _alter_quotas(client, users, quota, remove=False))

    async def end(self, users: Collection[str], quota: Iterable[str] = ()) -> None:
        """End these users with their rights, and the quotas of these names. Their open connections end when they must
        sign in again: see `connections.max.reauth.ms` of the broker.
        """
        there = sorted(set(await self.users()) & set(users))
        deleted = [UserScramCredentialDeletion(name, MECHANISM) for name in there]
        await self._call(lambda client: _alter_users(client, deleted))
        await self._call(lambda client: _set_rights(client, dict.fromkeys(users, ())))
        if there and (limits := dict.fromkeys(quota, 0.0)):
            await self._call(lambda client: _alter_quotas(client, there, limits, remove=True))


def _users(client: KafkaAdminClient) -> list[str]:
    return sorted(client.describe_user_scram_credentials())


def _alter_users(client: KafkaAdminClient, changes: Sequence[Any]) -> None:
    if not changes:
        return
    for name, error in client.alter_user_scram_credentials(changes).items():
        if error is not None and "does not exist" not in error:  # another process ended it first
            raise BrokerUnavailable(f"the Kafka user {name} cannot be changed: {error}")


def _set_rights(client: KafkaAdminClient, rights: Mapping[str, Sequence[Right]]) -> None:
    present, _ = client.describe_acls(EVERY)
    names = {f"User:{user}" for user in rights}
    there = {each for each in present if each.principal in names}
    wanted = {each for user, given in rights.items() for each in _acls(user, given)}
    missing = sorted(wanted - there, key=repr)
    if missing and (failed := client.create_acls(missing)["failed"]):
        raise failed[0]("rights")
    if surplus := sorted(there - wanted, key=repr):
        for _, _, error in client.delete_acls([_exactly(each) for each in surplus]):
            if error is not kafka_errors.NoError:
                raise error("rights")


def _acls(user: str, rights: Sequence[Right]) -> list[ACL]:
    return [
        ACL(
            f"User:{user}",
            "*",
            ACLOperation[operation.value],
            ACLPermissionType.ALLOW,
            ResourcePattern(
                KINDS[right.resource],
                right.name,
                ACLResourcePatternType.PREFIXED if right.prefix else ACLResourcePatternType.LITERAL,
            ),
        )
        for right in rights
        for operation in right.operations
    ]


def _exactly(acl: ACL) -> ACLFilter:
    pattern = acl.resource_pattern
    where = ResourcePatternFilter(pattern.resource_type, pattern.resource_name, pattern.pattern_type)
    return ACLFilter(acl.principal, acl.host, acl.operation, acl.permission_type, where)


def _alter_quotas(client: KafkaAdminClient, users: Collection[str], quota: Quota, *, remove: bool) -> None:
    entry = AlterClientQuotasRequest.EntryData
    entries = [
        entry(
            entity=[entry.EntityData(entity_type="user", entity_name=user)],
            ops=[entry.OpData(key=key, value=float(value), remove=remove) for key, value in quota.items()],
        )
        for user in users
    ]
    # The library has the request, but no method of its client for it.
    request = AlterClientQuotasRequest(entries=entries, validate_only=False)
    answer = client._manager.run(client._manager.send, request)  # noqa: SLF001
    for each in answer.entries:
        if each.error_code:
            raise kafka_errors.for_code(each.error_code)(each.error_message)
