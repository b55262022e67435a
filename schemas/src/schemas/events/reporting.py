"""Events that reporting owns: what the public does with a public report."""

from schemas.events.base import Fact


class ComplaintSupported(Fact):
    """A member of the public supports the report. In the complaint's support stream; `supporter` is a keyed hash."""

    supporter: str
