"""Pages of figures."""

from typing import Final

from support.visits.visit import Visit

VISITS: Final[tuple[Visit, ...]] = ()
