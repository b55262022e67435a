"""The services of Open311 GeoReport v2: the sectors, and `other` for reporters who do not know the sector."""

from typing import Final, NamedTuple

from schemas.wording.sectors import SECTORS

OTHER: Final = "other"
_OTHER_NAMES: Final = ("lainnya", "anything else")


class Open311Service(NamedTuple):
    """What can be reported. A wrong choice does no harm: the text decides the placement."""

    code: str
    name: str
    description: str


def services(lang: str) -> list[Open311Service]:
    """All services, with names in `lang`."""
    return [service(code, lang) for code in (*SECTORS, OTHER)]


def service(code: str, lang: str) -> Open311Service:
    """The service of that code. Raises KeyError if there is none."""
    names = _OTHER_NAMES if code == OTHER else SECTORS[code]
    name = names[0 if lang == "id" else 1]
    about = {"id": f"Laporan tentang {name}", "en": f"Reports about {name}"}
    return Open311Service(code, name, about[lang])
