"""What each Kafka user may do: the table that the broker's access control lists are made from. All else is refused.

Kafka knows names and prefixes. A prefix ends in a delimiter, or `kota-bandung` would also mean `kota-bandung-barat`.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from schemas.access.kafka_users import (
    AGENCY_INBOX,
    INTAKE,
    OPERATOR,
    RELAY,
    REPORTING,
    ROUTER,
    Credential,
    Kind,
    credential_of,
)
from schemas.base.topics import (
    AGENCIES,
    COMPLAINT_EVENTS,
    COMPLAINT_SUMMARY,
    DEAD_LETTERS,
    FORMER_SUBMISSIONS,
    REGISTRY_EVENTS,
    RELAY_CHECKPOINT,
    SUBMISSIONS,
    agency_inbox,
    agency_replies,
    dead_letter,
    gateway_submissions,
)

EVERYBODY: Final = "*"
"""Every user, also those of agencies and gateways."""
RELAY_TRANSACTIONS: Final = "satupintu-relay"
"""The relay's transactional id."""


class Resource(StrEnum):
    """What a right is about."""

    TOPIC = "topic"
    GROUP = "group"
    TRANSACTIONAL_ID = "transactional id"


class Operation(StrEnum):
    """Kafka's own names. READ and WRITE include DESCRIBE."""

    READ = "READ"
    WRITE = "WRITE"
    CREATE = "CREATE"
    DELETE = "DELETE"
    DESCRIBE = "DESCRIBE"
    DESCRIBE_CONFIGS = "DESCRIBE_CONFIGS"
    ALTER_CONFIGS = "ALTER_CONFIGS"


class Right(NamedTuple):
    """What may be done with the resource of this name, or with all whose names begin so (`prefix`)."""

    resource: Resource
    name: str
    operations: frozenset[Operation]
    prefix: bool = False


READ, WRITE, DESCRIBE = Operation.READ, Operation.WRITE, Operation.DESCRIBE
KEEP: Final = (DESCRIBE, Operation.CREATE, Operation.DESCRIBE_CONFIGS, Operation.ALTER_CONFIGS)
"""Create a topic and keep its retention as the policy says: each writer does so for its own topics."""


def _topic(name: str, *operations: Operation, prefix: bool = False) -> Right:
    return Right(Resource.TOPIC, name, frozenset(operations), prefix)


def _groups(prefix: str) -> Right:
    return Right(Resource.GROUP, prefix, frozenset({READ}), prefix=True)


def _reacts(service: str) -> Sequence[Right]:
    """A service that reads our events and sets aside what it cannot handle."""
    return (_topic(COMPLAINT_EVENTS, READ), _groups(f"{service}."), _topic(dead_letter(service), WRITE, *KEEP))


RELAYED: Final = (COMPLAINT_EVENTS, REGISTRY_EVENTS, RELAY_CHECKPOINT)
RIGHTS: Final[Mapping[str, Sequence[Right]]] = {
    EVERYBODY: (_topic(COMPLAINT_SUMMARY, READ),),
    RELAY: (
        *(_topic(name, WRITE, *KEEP) for name in RELAYED),
        _topic(RELAY_CHECKPOINT, READ),
        Right(Resource.GROUP, RELAY, frozenset({READ})),
        Right(Resource.TRANSACTIONAL_ID, RELAY_TRANSACTIONS, frozenset({WRITE})),
    ),
    INTAKE: (
        *_reacts(INTAKE),
        _topic(FORMER_SUBMISSIONS, READ, *KEEP),
        _topic(SUBMISSIONS, READ, *KEEP, prefix=True),
    ),
    ROUTER: _reacts(ROUTER),
    AGENCY_INBOX: (*_reacts(AGENCY_INBOX), _topic(AGENCIES, READ, WRITE, *KEEP, prefix=True)),
    REPORTING: (*_reacts(REPORTING), _topic(COMPLAINT_SUMMARY, WRITE, *KEEP)),
    # Compares topics with the store, renews the relay's topics, sends dead letters to their own topics again.
    OPERATOR: (
        *(_topic(name, Operation.DELETE, *KEEP) for name in RELAYED),
        _topic(COMPLAINT_EVENTS, READ, WRITE),
        _topic(FORMER_SUBMISSIONS, WRITE),
        _topic(SUBMISSIONS, WRITE, prefix=True),
        _topic(AGENCIES, READ, WRITE, prefix=True),
        _topic(DEAD_LETTERS, READ, WRITE, prefix=True),
    ),
}
"""The platform's own users."""


def rights_of(credential: Credential) -> Sequence[Right]:
    """The rights of every credential of an agency or gateway; those of `EVERYBODY` come on top."""
    if credential.kind is Kind.GATEWAY:
        return (
            _topic(gateway_submissions(credential.id), WRITE),
            _groups(f"gateway.{credential.id}."),
            _transactions(f"gateway.{credential.id}."),
        )
    own = f"{AGENCIES}{credential.id}."
    return (
        _topic(agency_inbox(credential.id), READ),
        _topic(agency_replies(credential.id), WRITE),
        _groups(own),
        _transactions(own),
    )


def rights(user: str) -> Sequence[Right]:
    """The rights of any user of ours by its name; none: not one of ours."""
    credential = credential_of(user)
    return RIGHTS.get(user, ()) if credential is None else rights_of(credential)


def _transactions(prefix: str) -> Right:
    return Right(Resource.TRANSACTIONAL_ID, prefix, frozenset({WRITE}), prefix=True)
