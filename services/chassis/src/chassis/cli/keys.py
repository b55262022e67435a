"""`satupintu keys`: change the master key while the platform runs."""

import asyncio
import secrets
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Final

import typer

from chassis.base import secret_changes
from chassis.base.secret_file import SecretsRead, SecretVersion
from chassis.base.settings import DERIVED, Settings, read_settings
from chassis.cli.secret_change import change_secret
from chassis.keys.keyring import SqlKeyRing
from chassis.keys.wrap import KEY_BYTES

app: Final = typer.Typer(no_args_is_help=True)
keys: Final = typer.Typer(no_args_is_help=True, help="the master key, which encrypts every complaint's key")
app.add_typer(keys, name="keys")
AFTER = Annotated[
    float, typer.Option(help="seconds until it is used: longer than any process needs to see the changed file", min=2)
]


@keys.command()
def status() -> None:
    """Each version of the master key, and how many keys it has wrapped."""
    settings = read_settings()
    counts = asyncio.run(_counts(settings))
    newest = settings.master_keys.newest.version
    for each in settings.master_keys.versions:
        use = "new keys" if each.version == newest else f"from {each.since:%Y-%m-%d %H:%M:%SZ}" if _waits(each) else "-"
        print(f"version {each.version}: {counts.get(each.version, 0)} keys wrapped, in use for: {use}")


@keys.command()
def rotate(after_s: AFTER = 30.0) -> None:
    """Add a master key. Every process reads the file again and uses it for new keys; then run `satupintu keys rewrap`.
    Back the file up before that.
    """
    settings = read_settings()
    new, since = secrets.token_bytes(KEY_BYTES), _now() + timedelta(seconds=after_s)

    def made(found: SecretsRead) -> SecretsRead:
        derived = {name: found.derive(name, label) for name, label in DERIVED.items()}
        return secret_changes.with_new(found, new, since, derived)

    found = change_secret(settings, settings.master_key_file, made, None, "added")
    print(f"version {found.versions[-1].version} is used for new keys from {since:%Y-%m-%d %H:%M:%SZ} on")
    print(f"back up {settings.master_key_file}, then run: satupintu keys rewrap")


@keys.command()
def rewrap() -> None:
    """Wrap every complaint's key with the newest master key. The platform may run; after a kill run it again."""
    settings = read_settings()
    if waiting := [each for each in settings.master_keys.versions if _waits(each)]:
        raise typer.BadParameter(f"version {waiting[-1].version} is not in use before {waiting[-1].since:%H:%M:%SZ}")
    changed, left = asyncio.run(_rewrap(settings))
    print(f"{changed} keys wrapped with version {settings.master_keys.newest.version}")
    for version, count in sorted(left.items()):
        print(f"{count} keys are still wrapped with version {version}: run it again")


@keys.command()
def retire(version: Annotated[int, typer.Argument(help="the version to take out of the file")]) -> None:
    """Take an older master key out of the file. Refused while it has wrapped a key. Backups made before
    `rewrap` need it: keep the file that was backed up with them.
    """
    settings = read_settings()
    if count := asyncio.run(_counts(settings)).get(version, 0):
        raise typer.BadParameter(f"{count} keys are wrapped with version {version}: run satupintu keys rewrap")
    made = partial(secret_changes.without, version=version)
    change_secret(settings, settings.master_key_file, made, version, "taken out")
    print(f"version {version} is taken out; a key ring restored from before needs the file of its day")


async def _counts(settings: Settings) -> dict[int, int]:
    ring = SqlKeyRing(settings.keyring_url, settings.master_keys)
    try:
        return dict(await ring.wrapped_by())
    finally:
        await ring.close()


async def _rewrap(settings: Settings) -> tuple[int, dict[int, int]]:
    ring, newest = SqlKeyRing(settings.keyring_url, settings.master_keys), settings.master_keys.newest.version
    try:
        changed = await ring.rewrap(_dots)
        left = await ring.wrapped_by()
    finally:
        await ring.close()
    return changed, {version: count for version, count in left.items() if version != newest}


def _dots(_rows: int) -> None:
    sys.stderr.write(".")
    sys.stderr.flush()


def _waits(each: SecretVersion) -> bool:
    return each.since is not None and each.since > _now()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - processes agree on real time
