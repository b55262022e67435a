"""The base class of every event."""

from pydantic import AwareDatetime

from schemas.base.values import Value


class Fact(Value):
    """Something that happened. `at` is domain time, UTC; every clock starts from it."""

    at: AwareDatetime


def names(*types: type[Fact]) -> frozenset[str]:
    """The names under which the store holds events of these types."""
    return frozenset(each.__name__ for each in types)
