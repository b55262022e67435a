"""The state of every part, in a file of the state folder: the supervisor writes it, the front's /readyz tells it."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.parts import FILE
from local.platform.part import Part


class StatusFile:
    """Written when something has changed."""

    def __init__(self, state: Path) -> None:
        self._path, self._written = state / FILE, ""

    def write(self, parts: Iterable[Part]) -> None:
        """Never fails: on a full disk the console alone tells."""
        text = json.dumps({"supervisor": os.getpid(), "parts": {part.name: _told(part) for part in parts}})
        if text == self._written:
            return
        unfinished = self._path.with_suffix(".part")
        with suppress(OSError):
            unfinished.write_text(text)
            unfinished.replace(self._path)
            self._written = text

    def remove(self) -> None:
        """No supervisor any more."""
        self._path.unlink(missing_ok=True)


def _told(part: Part) -> dict[str, Any]:
    pid = part.process.pid if part.process.running else None
    if part.away is None:
        return {"state": "ok", "pid": pid}
    return {"state": "away", "pid": pid, "since": part.away.since.isoformat(timespec="seconds"), "why": part.away.why}
