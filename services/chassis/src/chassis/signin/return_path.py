"""Where a sign-in returns to: a path of ours, or the person's own page. Anything else would be an open redirect.

Source: CWE-601; what browsers make of backslashes, tabs and line ends is in the WHATWG URL standard, section 4.4.
"""

import re
from typing import Final
from urllib.parse import unquote

HOME: Final = "/saya"
LONGEST: Final = 2000
_ALLOWED: Final = re.compile(r"/[!#-\[\]^-~]*", re.ASCII)
"""Printable ASCII without space, quote and backslash."""
_NOT_BACK_TO: Final = ("masuk", "keluar")


def own_path(address: str | None) -> str:
    """`address` if it is a path of this origin, else `HOME`."""
    if address is None or len(address) > LONGEST or not _ALLOWED.fullmatch(address):
        return HOME
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    # A browser removes dot segments, also encoded ones, and may then find two slashes at the front.
    if path.startswith("//") or any(unquote(part) in (".", "..") for part in path.split("/")):
        return HOME
    return HOME if path.split("/")[1] in _NOT_BACK_TO else address
