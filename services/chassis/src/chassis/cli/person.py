"""Options of commands that can show what people wrote. Whoever runs a command is an operator, who reads no words.
Unless they give a reason, which the access log keeps with who asked.
"""

from typing import Annotated, NamedTuple

import typer

from chassis.access_log.entry import LONGEST, AccessLogger, Kind
from chassis.access_log.local import local_operator

REASON = Annotated[
    str | None, typer.Option("--reason", help="also show what people wrote, for this reason; the access log keeps it")
]
AS = Annotated[str | None, typer.Option("--as", metavar="NAME", help="with --reason: who asks, for the access log")]


class WordsAsked(NamedTuple):
    """Words are asked for: why, and by whom in their own name, since people may share an account."""

    reason: str
    name: str


def words_asked(reason: str | None, name: str | None) -> WordsAsked | None:
    """What the two options say; None: words are not asked for.

    Raises:
        typer.BadParameter: one is given without the other, or is empty or too long.
    """
    if reason is None and name is None:
        return None
    given = {"--reason": (reason or "").strip(), "--as": (name or "").strip()}
    for option, text in given.items():
        if not 0 < len(text) <= LONGEST:
            raise typer.BadParameter(
                f"--reason and --as are given together, each with at most {LONGEST} characters", param_hint=option
            )
    return WordsAsked(*given.values())


async def note_words_read(log: AccessLogger, asked: WordsAsked, command: str, **about: str) -> None:
    """Write into the access log that words are read; on disk when this returns, so call it before they are shown."""
    entry = {"reason": asked.reason, "by": asked.name, "command": command, **about}
    await log.append(Kind.WORDS_READ, local_operator(), entry)
