"""Migrates PostgreSQL databases before the first process starts; SQLite's are migrated by whoever opens them first.

An upgrade of one machine stops everything, so it is finished at once. Runs as a process of its own: the supervisor
forks its children and must not have opened a database before.
"""

import subprocess
import sys

from chassis.base.settings import Settings
from chassis.sql.engine import POSTGRESQL
from local.errors import CannotRun
from local.process.fork import end_with_parent

ARGV = (sys.executable, "-m", "chassis.cli.main", "migrate", "--finish")


def migrate(settings: Settings) -> None:
    """Run `satupintu migrate --finish` if a setting names PostgreSQL; what it says is in `logs/migrate.log`.

    Raises:
        CannotRun: a database could not be brought up to date, with the reason.
    """
    if not any(str(value).startswith(POSTGRESQL) for _, value in settings):
        return
    logs = settings.state_dir.resolve() / "logs"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = subprocess.run(ARGV, capture_output=True, text=True, check=False, preexec_fn=end_with_parent())
    (logs / "migrate.log").write_text(done.stdout + done.stderr)
    if done.returncode:
        raise CannotRun(f"the databases could not be migrated: {' '.join(done.stderr.split())}")
