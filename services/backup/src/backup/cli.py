"""`satupintu backup|restore DIR` and `satupintu backup-secrets|restore-secrets FILE`."""

import os
import sys
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from backup import make, secret_files, verify
from backup.manifest import Manifest
from backup.restore import RestoreOptions, restore
from chassis.base.clock import SystemClock
from chassis.base.restored import NUMBER_MARGIN
from chassis.base.settings import NoState, Settings, read_settings

app: Final = typer.Typer(no_args_is_help=True)
ONLY_CHECK = Annotated[bool, typer.Option("--verify", help="only check that copy: every file, and that it fits here")]


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="a new folder, on another disk")],
    *,
    check: ONLY_CHECK = False,
    attachments: Annotated[
        bool, typer.Option(help="with reporters' files, which may also be kept by the bucket")
    ] = True,
) -> None:
    """Copy everything that cannot be made again into a new folder, while the platform runs. Secrets are not in it."""
    settings = read_settings()
    if check:
        _verified(settings, folder)
        return
    made = make.back_up(settings, folder, SystemClock().now, attachments=attachments, say=_say)
    print(f"copied to {folder}: {_of(made)}")
    print("the copy needs the secrets of this installation, which are not in it: satupintu backup-secrets FILE")
    print("keep the list of erasures apart from it too: SATUPINTU_ERASURES_URL")


@app.command("restore")
def restore_(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="what satupintu backup made")],
    *,
    check: ONLY_CHECK = False,
    replace: Annotated[bool, typer.Option("--replace", help="delete the data that are there")] = False,
    kafka: Annotated[bool, typer.Option(help="ask Kafka what is lost, and refill our topics")] = True,
    number_margin: Annotated[int, typer.Option(min=1, help="public numbers to skip")] = NUMBER_MARGIN,
    erasures_lost: Annotated[
        bool, typer.Option("--erasures-lost", help="the list of erasures is lost: who was erased since comes back")
    ] = False,
) -> None:
    """Bring a copy back into this installation, which must be stopped, and say what is lost."""
    settings = read_settings()
    if check:
        _verified(settings, folder)
        return
    options = RestoreOptions(replace, kafka, number_margin, erasures_lost)
    lineage = UUID(bytes=os.urandom(16), version=4)  # random: there is nothing to derive it from
    for line in restore(folder, settings, options, lineage, _say):
        print(line)


@app.command("backup-secrets")
def backup_secrets(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a new file, apart from every copy")],
) -> None:
    """Write the master key, the code secret and the other secrets to one file. Whoever has it and a copy reads all."""
    names = secret_files.back_up(read_settings(), file)
    print(f"{file}: {', '.join(names)}")
    print("keep it apart from every copy, and make it anew after satupintu keys rotate or satupintu codes rotate")


@app.command("restore-secrets")
def restore_secrets(file: Annotated[Path, typer.Argument(metavar="FILE", help="what backup-secrets made")]) -> None:
    """Put the secrets back where this installation looks for them. It replaces none."""
    for path in secret_files.restore(read_settings(), file):
        print(path)


def _verified(settings: Settings, folder: Path) -> None:
    copy = verify.opened(folder)
    verify.check_version(copy)
    verify.check_files(copy)
    print(f"{folder} is as it was made: {_of(copy.manifest)}")
    try:
        verify.check_secrets(copy, settings)
    except NoState:
        print("the signature was not checked: there are no secrets here")
    else:
        print("the secrets of this installation open it")


def _of(made: Manifest) -> str:
    kept = made.attachments
    files = f"{kept.count} files of reporters" if kept.kept else "without reporters' files"
    names = ", ".join(name for each in made.databases for name in each.holds)
    at = f"{made.made_at:%Y-%m-%d %H:%M:%SZ}"
    return f"{names}; up to position {made.position}, lineage {made.lineage}, {files}, of {at}"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    app()
