"""What can keep the platform from running on this machine, said in one sentence that names the way out."""


class CannotRun(Exception):
    """The message is all a person needs to read; nobody should be shown a traceback of it."""
