"""Why a copy is not made or not brought back. Each message is a sentence that says what to do."""

from chassis.base.errors import NeedsPerson


class CannotCopy(NeedsPerson):
    """This installation cannot be copied, or a copy does not fit it."""


class NotACopy(NeedsPerson):
    """The folder holds no copy, or a part of one."""


class Tampered(NeedsPerson):
    """A file of the copy is missing, was changed or was added."""


class NewerCopy(NeedsPerson):
    """The copy was made by a version that is newer than this one."""


class WrongSecret(NeedsPerson):
    """The copy was made with other secrets than those of this installation."""


class TargetInUse(NeedsPerson):
    """The place that a copy would be brought back to runs, or holds data."""


class ListOfErasures(NeedsPerson):
    """The list of erasures is missing, or older than the copy."""


class NoSpace(NeedsPerson):
    """The disk is full."""


class ToolFailed(NeedsPerson):
    """A tool of PostgreSQL is missing, or ended with an error."""
