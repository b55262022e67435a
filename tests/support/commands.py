"""The command line over a state of its own: the settings and secrets that `make run` would give it."""

from pathlib import Path

import pytest

from local.platform.processes import PlatformLayout, environment
from local.platform.state_dir import make_secrets

NOWHERE = "127.0.0.1:1"
"""No broker: these commands need none."""


def own_state(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What commands read and write from now on; SQLite files in `folder`."""
    make_secrets(folder)
    for name, value in environment(PlatformLayout(folder, 0, NOWHERE)).items():
        monkeypatch.setenv(name, value)
    return folder
