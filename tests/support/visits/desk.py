"""Pages of the desk, the arbiter and supervisors."""

from typing import Final

from support.visits.visit import Visit

VISITS: Final[tuple[Visit, ...]] = ()
