"""The table of docs/access.md that says what each Kafka user may do, from the table that rights are made of."""

from collections.abc import Sequence
from typing import Final

from schemas.access.kafka import EVERYBODY, RIGHTS, Operation, Right, rights

WORDS: Final = {
    Operation.READ: "read",
    Operation.WRITE: "write",
    Operation.CREATE: "create",
    Operation.DELETE: "delete",
    Operation.DESCRIBE: "see",
    Operation.DESCRIBE_CONFIGS: "see settings",
    Operation.ALTER_CONFIGS: "change settings",
}
EXAMPLES: Final = {"agency.A": "each of agency `A`", "gateway.G": "each of gateway `G`"}
"""An agency and a gateway; ids are lower-case, so these are no user's names."""


def kafka_table() -> str:
    """One row for each user and resource."""
    rows = [_row("everybody" if user == EVERYBODY else f"`{user}`", each) for user in RIGHTS for each in rights(user)]
    for example, title in EXAMPLES.items():
        rows += [_row(title, _as_example(each, example)) for each in rights(example.lower())]
    return "| user | of | name | may |\n|---|---|---|---|\n" + "".join(rows)


def _row(user: str, right: Right) -> str:
    name = f"`{right.name}*`" if right.prefix else f"`{right.name}`"
    return f"| {user} | {right.resource} | {name} | {_words(sorted(right.operations, key=list(Operation).index))} |\n"


def _as_example(right: Right, example: str) -> Right:
    _, _, letter = example.partition(".")
    return right._replace(name=right.name.replace(f".{letter.lower()}", f".{letter}", 1))


def _words(operations: Sequence[Operation]) -> str:
    return ", ".join(WORDS[operation] for operation in operations)
