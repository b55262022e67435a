"""Errors that a restart cannot help: what is said to the person who must act, and the exit code."""

import sys
from typing import Final

from chassis.base.errors import EXIT_NEEDS_PERSON, NeedsPerson
from chassis.base.settings import BadSetting, NoState
from schemas.reference.calendar_file import BadCalendar
from schemas.reference.policy_file import BadPolicy

PERSON: Final = (NeedsPerson, BadSetting, NoState, BadPolicy, BadCalendar)


def needs_person(error: BaseException | None) -> BaseException | None:
    """The first error in a (nested) group of errors that needs a person; None: a restart may help."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(needs_person, error.exceptions)), None)
    return error if isinstance(error, PERSON) else None


def tell_person(process: str, error: BaseException) -> int:
    """Write the reason in one line to standard error; the exit code."""
    sys.stderr.write(f"{process} cannot run: {' '.join(str(error).split())}\n")
    sys.stderr.flush()
    return EXIT_NEEDS_PERSON
