"""Facts that reporting owns: what the public does with a public report."""

from schemas.events.base import Fact


class ComplaintSupported(Fact):
    """Somebody of the public says "me too". In the complaint's own support stream; `supporter` is a keyed hash."""

    supporter: str
