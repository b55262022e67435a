"""`satupintu migrate`: brings the primary tables of every database to this version, and ends an upgrade."""

from typing import Annotated, Final

import typer

from chassis.base.settings import read_settings
from chassis.service.migrating import Step, level_of, migrate_all, plans
from schemas.events.levels import LEVEL

app: Final = typer.Typer(no_args_is_help=True)
BEHIND: Final = 1


@app.command("migrate")
def migrate(
    check: Annotated[bool, typer.Option("--check", help="only say what would run; exit code 1 if anything would")] = (
        False
    ),
    finish: Annotated[
        bool, typer.Option("--finish", help="end an upgrade: every process is of this version now")
    ] = False,
) -> None:
    """Bring the databases of the settings to this version, without a stop of the platform.

    Run it before the first process of a new version starts, and with `--finish` once the last process of the version
    before was replaced: that drops what only the version before used, and allows what only this version reads. It may
    be repeated; of several at once one works and the others wait.
    """
    settings = read_settings()
    if check:
        waiting = [_told(step, "would run") for step in plans(settings, finish=finish) if step.plan.revisions]
        level = level_of(settings) or 0
        if finish and level < LEVEL:
            waiting.append(f"the feature level would rise from {level} to {LEVEL}")
        print("\n".join(waiting) or "nothing to do")
        raise typer.Exit(BEHIND if waiting else 0)
    for step in migrate_all(settings, finish=finish):
        print(_told(step, "ran"), flush=True)
    level = level_of(settings) or 0
    print(f"feature level {level}" + ("" if level >= LEVEL else f"; `satupintu migrate --finish` raises it to {LEVEL}"))


def _told(step: Step, ran: str) -> str:
    found, revisions = step.plan
    what = f"{ran} {', '.join(revisions)}" if revisions else "nothing to do"
    return f"{step.history.name}: found {found}; {what}"
