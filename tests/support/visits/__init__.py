"""Every page in every state: where it is. A new page adds its lines to the module of who uses it."""

from typing import Final

from support.visits import citizen, desk, officer, operator, public, statistics
from support.visits.visit import Visit
from support.visits.words import strange

__all__ = ["GROUPS", "NOT_VISITED", "VISITS", "Visit", "strange"]
GROUPS: Final[dict[str, tuple[Visit, ...]]] = {
    "citizen": citizen.VISITS, "public": public.VISITS, "statistics": statistics.VISITS,
    "officer": officer.VISITS, "desk": desk.VISITS, "operator": operator.VISITS,
}  # fmt: skip
VISITS: Final = tuple(visit for group in GROUPS.values() for visit in group)
NOT_VISITED: Final = {
    "/masuk": "leads to the provider at once", "/aset/{name}": "is no page", "/peta.svg": "is a picture in pages",
    "/luring.js": "is a script",
    "/lapor/wilayah": "is a part of a page",
    "/lapor/lampiran": "leads to the first step",
    "/lacak/{key}/data.json": "is for programs", "/lacak/{key}/lampiran/{attachment}": "is a file",
    "/meja/{complaint}/lampiran/{attachment}": "is a file", "/arbiter/{complaint}/lampiran/{attachment}": "is a file",
}  # fmt: skip
