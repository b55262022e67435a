"""Repairs the names of files as phones and mail programs send them. An odd name never costs the file."""

import re
import unicodedata
from pathlib import PurePosixPath

from schemas.base.limits import NAME


def repaired(name: str | None) -> str | None:
    """The name without folders and invisible characters, at most `limits.NAME` characters with its suffix kept.

    None: nothing is left of it.
    """
    visible = "".join(each if each.isprintable() else " " for each in unicodedata.normalize("NFC", name or ""))
    last = re.split(r"[/\\]", visible)[-1].strip(" .")
    if len(last) <= NAME:
        return last or None
    suffix = PurePosixPath(last).suffix[:NAME]
    return last[: NAME - len(suffix)] + suffix
