"""`satupintu backup-secrets FILE`: the secrets that a copy is worth nothing without, in a file of their own.

They must never lie beside a copy: whoever has both reads every complaint.
"""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from backup import manifest
from backup.errors import CannotCopy, NotACopy, TargetInUse
from backup.folder import no_space, settle, write_text
from chassis.base.settings import Settings

FORMAT: Final = "satupintu-secrets-1"


def places(settings: Settings) -> dict[str, Path]:
    """Every file of secrets that there may be, by its name in the copy."""
    found = {
        "master.key": settings.master_key_file,
        "code.secret": settings.code_secret_file,
        "oidc-client.secret": settings.oidc_client_secret_file,
    }
    return found | {f"kafka/{path.name}": path for path in sorted(settings.kafka_secrets_dir.glob("*.password"))}


def back_up(settings: Settings, file: Path) -> list[str]:
    """Write the secrets to a new file of its owner alone; their names.

    Raises:
        CannotCopy: the file exists, or lies in a copy. NoState: a needed secret is missing.
    """
    if file.exists():
        raise CannotCopy(f"{file} exists: name a new file")
    if any((folder / manifest.NAME).exists() for folder in file.absolute().parents):
        raise CannotCopy(f"{file} would lie in a copy: keep the secrets apart, on another medium")
    _ = settings.master_keys, settings.code_secrets
    held = {name: path.read_bytes() for name, path in places(settings).items() if path.exists()}
    content = {name: base64.b64encode(each).decode() for name, each in held.items()}
    part = file.with_name(f".{file.name}.{os.getpid()}")
    with no_space(file.parent):
        try:
            write_text(part, json.dumps({"format": FORMAT, "secrets": content}, indent=1) + "\n")
            part.replace(file)
            settle(file.absolute().parent)
        finally:
            part.unlink(missing_ok=True)
    return sorted(held)


def restore(settings: Settings, file: Path) -> list[str]:
    """Put the secrets where this installation looks for them; their names. Equal ones stay.

    Raises:
        NotACopy: the file holds no secrets. TargetInUse: another secret is there; nothing was changed.
    """
    wanted = {_place(settings, name): each for name, each in _read(file)}
    for path, content in wanted.items():
        if path.exists() and path.read_bytes() != content:
            raise TargetInUse(f"{path} holds another secret: move it away first. Nothing was changed")
    for path, content in wanted.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = path.with_name(f".{path.name}.{os.getpid()}")
            part.unlink(missing_ok=True)
            write_text(part, content.decode())
            part.replace(path)
            settle(path.parent)
    return sorted(str(path) for path in wanted)


def _place(settings: Settings, name: str) -> Path:
    kafka = settings.kafka_secrets_dir / Path(name).name
    return kafka if name.startswith("kafka/") else places(settings)[name]


def _read(file: Path) -> Iterator[tuple[str, bytes]]:
    try:
        given: Any = json.loads(file.read_text(encoding="utf-8"))
        if given["format"] != FORMAT:
            raise NotACopy(f"{file} was written by another version: its format is {given['format']}")
        for name, content in given["secrets"].items():
            yield str(name), base64.b64decode(content, validate=True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotACopy(f"{file} holds no secrets of Satupintu, or cannot be read: {type(error).__name__}") from error
