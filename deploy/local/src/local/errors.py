"""The error that is shown to a person instead of a traceback."""


class CannotRun(Exception):
    """The platform cannot run on this machine. The message is one sentence that names the cause and the remedy."""
