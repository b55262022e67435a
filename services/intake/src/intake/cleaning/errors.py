"""Why no copy can be made."""


class NotCleanable(Exception):
    """The file is broken, protected by a password, or holds something that cannot be made safe."""


class Harmful(NotCleanable):
    """Made to hurt whoever opens it, or not to be told apart from such a file: nobody but its reporter may open it."""
