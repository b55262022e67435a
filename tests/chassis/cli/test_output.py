"""What a command prints on standard output is its answer alone."""

import os
import subprocess
import sys
from pathlib import Path

from local.platform.state_dir import make_secrets


def test_log_lines_of_a_command_go_to_standard_error(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    env = {**os.environ, "SATUPINTU_STATE_DIR": str(tmp_path)}
    argv = [sys.executable, "-m", "chassis.cli.main", "codes", "rotate"]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=True)
    assert "secret-changed" in done.stderr, "the access log was written"
    assert "secret-changed" not in done.stdout
    assert done.stdout
