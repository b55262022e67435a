"""Why no copy can be made."""


class NotCleanable(Exception):
    """The file is broken, protected by a password, or holds something that cannot be made safe."""
