"""Refuses databases that a restore has not finished."""

from sqlalchemy import Connection, inspect

from chassis.base.errors import WrongStore
from chassis.base.restored import UNFINISHED


def refuse_unfinished(connection: Connection) -> None:
    """Raises WrongStore: a restore into these databases was broken off, or is under way."""
    if inspect(connection).has_table(UNFINISHED):
        raise WrongStore(
            "a restore of these databases is under way or was broken off: run the same `satupintu restore` again and "
            "let it finish"
        )
