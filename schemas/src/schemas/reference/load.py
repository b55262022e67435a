"""Loads the reviewed data of this package: policies and calendars. The only module of schemas that reads files."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from schemas.deadlines.policies import Policies
from schemas.reference.calendar_file import BadCalendar, ReviewedCalendar, calendar_from
from schemas.reference.policy_file import policies_from


@cache
def policies() -> Policies:
    """Every policy version, oldest first. Raises BadPolicy."""
    return policies_from(_contents(policies_folder()))


@cache
def calendars() -> tuple[ReviewedCalendar, ...]:
    """The reviewed calendars, by year. Raises BadCalendar."""
    return tuple(_calendar(name, content) for name, content in _contents(calendars_folder()).items())


def calendars_folder() -> Path:
    """The folder of the reviewed calendars."""
    return _folder("calendars")


def policies_folder() -> Path:
    """The folder of the policies, one file per version."""
    return _folder("policies")


def _folder(name: str) -> Path:
    return Path(str(files("schemas").joinpath("data", name)))


def _calendar(name: str, content: bytes) -> ReviewedCalendar:
    try:
        return calendar_from(content).reviewed()
    except BadCalendar as error:
        raise BadCalendar(f"{name}: {error}") from error


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}
