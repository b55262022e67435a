"""Settings and secrets for the command line in a test folder, as `make run` would set them."""

from pathlib import Path

import pytest

from local.platform.processes import PlatformLayout, environment
from local.platform.state_dir import make_secrets

NOWHERE = "127.0.0.1:1"
"""An address without a broker: these commands need none."""


def own_state(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let commands use SQLite files in `folder` from now on."""
    make_secrets(folder)
    for name, value in environment(PlatformLayout(folder, 0, NOWHERE)).items():
        monkeypatch.setenv(name, value)
    return folder
