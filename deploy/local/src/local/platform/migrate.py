"""Migrates every database before the first process starts: on one machine an upgrade stops everything anyway.

Runs as a process of its own: the supervisor forks its children and must not have opened a database before.
"""

import subprocess
import sys

from chassis.base.settings import Settings
from local.errors import CannotRun
from local.process.fork import end_with_parent

ARGV = (sys.executable, "-m", "chassis.cli.main", "migrate", "--finish")


def migrate(settings: Settings) -> None:
    """Run `satupintu migrate --finish` with these settings; what it says is in `logs/migrate.log`.

    Raises:
        CannotRun: a database could not be brought up to date, with the reason.
    """
    logs = settings.state_dir.resolve() / "logs"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = subprocess.run(ARGV, capture_output=True, text=True, check=False, preexec_fn=end_with_parent())
    (logs / "migrate.log").write_text(done.stdout + done.stderr)
    if done.returncode:
        raise CannotRun(f"the databases could not be migrated: {' '.join(done.stderr.split())}")
