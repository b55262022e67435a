"""The store of reporters' files that the settings name."""

from configparser import ConfigParser, Error
from pathlib import Path
from typing import Final

from chassis.attachments.objects import Objects
from chassis.attachments.store import Attachments
from chassis.base.settings import PREFIX, BadSetting, Settings

FOLDER: Final = "file:"
_NAMES: Final = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")


def open_attachments(settings: Settings) -> Attachments:
    """Nothing is connected to before it is used.

    Raises:
        BadSetting: the file of credentials cannot be read.
    """
    return Attachments(open_objects(settings), scans=bool(settings.clamav))


def open_objects(settings: Settings) -> Objects:
    """The folder or bucket that holds the files, sealed. Raises BadSetting."""
    if settings.attachments_url == FOLDER:
        return Objects.in_folder(settings.attachments_dir)
    file = settings.attachments_credentials_file
    return Objects.in_bucket(settings.attachments_url, credentials(file) if file else {})


def credentials(file: Path) -> dict[str, str]:
    """The section `default` of a file in the format of AWS's `credentials`."""
    given = ConfigParser(interpolation=None)
    try:
        with file.open() as opened:
            given.read_file(opened)
        section = given["default"]
        return {name: section[name] for name in _NAMES if name in section} | {"aws_access_key_id": section[_NAMES[0]]}
    except (OSError, KeyError, Error, UnicodeDecodeError) as error:
        name = f"{PREFIX}ATTACHMENTS_CREDENTIALS_FILE"
        raise BadSetting(f"{name}: {file} has no section [default] with aws_access_key_id") from error
