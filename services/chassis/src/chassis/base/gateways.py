"""The channel gateways of an installation, as the setting `gateways` names them, with the names they had before."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from schemas.base.client_keys import GATEWAY, PRINCIPAL, is_uuid
from schemas.base.ids import derived_id
from schemas.base.limits import CLIENT
from schemas.base.strict_json import is_whole

IMPORT: Final = "import"
"""The platform's own gateway, in every installation: what `satupintu file` files by."""
IMPORT_DEVICE: Final = str(derived_id("client", "satupintu file"))
"""The device that `satupintu file` claims to be where nobody is signed in, and was before it was a gateway."""
DEMO: Final = "sms"
"""The gateway of an installation that names none and is not in production mode."""
Gateways = Mapping[str, tuple[str, ...]]
"""By id: the names under which the gateway filed before, and the gateways that it took over."""
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")


def parse_gateways(text: str) -> dict[str, tuple[str, ...]]:
    """Read `sms,whatsapp=wa-lama,whatsapp=WA 1`: ids, each perhaps with a former name; percent-encoded where a name
    holds a comma. An id may be repeated, with another name.

    Raises:
        ValueError: an id or a name cannot be one, or one name belongs to two gateways.
    """
    found: dict[str, tuple[str, ...]] = {}
    for each in filter(None, map(str.strip, text.split(","))):
        id_, given, name = (part.strip() for part in each.partition("="))
        _check_id(id_)
        names = (_name(unquote(name)),) if given else ()
        found[id_] = tuple(dict.fromkeys((*found.get(id_, ()), *names)))
    _check_names(found)
    return found


def all_gateways(named: Gateways | None, *, production: bool) -> Gateways:
    """The gateways that exist: those of the setting (None: it is not set, so the demo's), and the platform's own."""
    given = dict(named) if named is not None else ({} if production else {DEMO: ()})
    return given | {IMPORT: (*given.get(IMPORT, ()), IMPORT_DEVICE)}


def _check_id(id_: str) -> None:
    if not _ID.fullmatch(id_) or is_uuid(id_):
        raise ValueError(f"{id_!r} is no gateway's id: 2 to 63 lower-case letters, digits and hyphens, no UUID")


def _name(name: str) -> str:
    if not 0 < len(name) <= CLIENT or not is_whole(name) or name.startswith((GATEWAY, PRINCIPAL)):
        raise ValueError(f"{name!r} is no former name of a gateway: 1 to {CLIENT} characters, without a prefix")
    return name


def _check_names(found: Gateways) -> None:
    owners: dict[str, str] = {IMPORT: IMPORT, IMPORT_DEVICE: IMPORT} | {id_: id_ for id_ in found}
    for id_, names in found.items():
        for name in names:
            if owners.setdefault(name, id_) != id_:
                raise ValueError(f"{name!r} cannot be a former name of {id_}: it is {owners[name]}, or a name of it")
