"""Names of provinces, regencies and cities as people write them: Kab. Bandung, Kodya Bandung, Jakarta Pusat."""

import re
from collections import defaultdict
from functools import cache
from typing import Final

from chassis.pages.map import regions

_WRITTEN: Final = (
    (r"^(?:provinsi|prov|propinsi)\b\.?", ""),
    (r"^(?:kab|kabupaten)\b\.?", "kabupaten "),
    (r"^(?:kota|kotamadya|kodya|kotamdya)\b\.?", "kota "),
    (r"\b(?:adm|administrasi)\b\.?", ""),
    (r"^(?:dki|daerah khusus ibukota)\b", ""),
    (r"^(?:d\.?i\.?|daerah istimewa)\s", ""),
)
_KIND: Final = re.compile(r"^(?:kabupaten|kota) ")


def code_of(name: str) -> str | None:
    """The Kemendagri code of the one region of this name; without Kabupaten or Kota in front only where one has it.
    None: no region has it, or several.
    """
    whole, bare = _named()
    found = whole.get(_plain(name), []) or bare.get(_plain(name), [])
    return found[0] if len(found) == 1 else None


@cache
def _named() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    whole, bare = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for region in [*regions(), *(inside for each in regions() for inside in regions(each.code))]:
        whole[_plain(region.name)].append(region.code)
        bare[_KIND.sub("", _plain(region.name))].append(region.code)
    return dict(whole), dict(bare)


def _plain(name: str) -> str:
    found = " ".join(name.casefold().split())
    for written, meant in _WRITTEN:
        found = re.sub(written, meant, found)
    return " ".join(found.split())
