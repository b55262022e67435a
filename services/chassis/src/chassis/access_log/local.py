"""Who runs a command on the machine: an operator, since they have the store's secrets."""

import os
import pwd
from typing import Final

from schemas.access.principal import Grant, Principal, Role, acting_as
from schemas.base.envelope import Actor

LOCAL: Final = "local"
"""The issuer of whoever runs a command on the machine."""


def local_operator() -> Principal:
    """Whoever runs this process, by the name of the account that it runs under."""
    return Principal(LOCAL, _account(), frozenset({Grant(Role.OPERATOR)}))


def local_actor() -> Actor | None:
    """Whoever runs this process, as the metadata of events names them."""
    return acting_as(local_operator(), Role.OPERATOR)


def _account() -> str:
    # Not from the environment, which anybody sets for themselves.
    uid = os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # in a container an account may have no name
        return str(uid)
