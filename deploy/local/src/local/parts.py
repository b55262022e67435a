"""What the supervisor tells the front about the other parts, in a file of the state folder."""

import json
import os
from pathlib import Path
from typing import Final

FILE: Final = "parts.json"
PART: Final = "part."
"""Prefix of the other parts' entries in the front's readiness."""


def parts_away(state: Path) -> dict[str, str]:
    """Each part of this process's supervisor: "ok", or since when it is away and why; empty without a supervisor."""
    try:
        told = json.loads((state / FILE).read_text())
    except (OSError, ValueError):
        return {}
    if told["supervisor"] != os.getppid():
        return {}
    return {f"{PART}{name}": _sentence(one) for name, one in told["parts"].items() if name != "front"}


def _sentence(one: dict[str, str]) -> str:
    return "ok" if one["state"] == "ok" else f"away since {one['since']}: {one['why']}"
