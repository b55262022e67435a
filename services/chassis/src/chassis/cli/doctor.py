"""`satupintu doctor`: prints what `chassis.service.doctor` finds."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from chassis.base.errors import ChassisError
from chassis.base.settings import BadSetting, NoState, Settings, read_settings
from chassis.cli.rebuild import GROUP
from chassis.service.doctor import examined
from chassis.service.findings import Finding, unknown
from chassis.service.platform import open_platform

STATE: Final = "run it in the folder of the platform's state and with its settings; a lost key comes back from a copy"
DATABASES: Final = "satupintu migrate, and run the version of the program that the databases were made for"
console: Final = Console(highlight=False, soft_wrap=True)


def run(*, as_json: bool) -> int:
    """Look at everything and print it; the exit status."""
    found = asyncio.run(_examined())
    if as_json:
        print(json.dumps({"healthy": not found, "findings": [_json(each) for each in found]}, indent=2))
        return int(bool(found))
    for each in found:
        since = f", since {each.since.isoformat(timespec='seconds')}" if each.since else ""
        console.print(f"[bold]{'!' if each.known else '?'} {each.check}[/]: {escape(each.what)}{since}")
        console.print(f"    {escape(each.do)}")
    console.print(f"{len(found)} findings" if found else "healthy: nothing was found")
    return int(bool(found))


async def _examined() -> Sequence[Finding]:
    settings = read_settings()
    # Before the services are loaded, which takes seconds.
    return _secrets(settings) or await _opened(settings)


def _secrets(settings: Settings) -> Sequence[Finding]:
    try:
        settings.master_keys  # noqa: B018 - reads the file
    except (NoState, BadSetting) as error:
        return [unknown("state", error, STATE)]
    return []


async def _opened(settings: Settings) -> Sequence[Finding]:
    services = [point.load() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]
    try:
        async with open_platform(settings) as platform:
            return await examined(platform, services, lambda: datetime.now(UTC))  # noqa: TID251 - real time, as files have it
    except ChassisError as error:
        return [unknown("databases", error, DATABASES)]


def _json(found: Finding) -> dict[str, Any]:
    return {**found._asdict(), "since": found.since.isoformat() if found.since else None}
