"""`satupintu doctor`: prints what `chassis.service.doctor` finds."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from chassis.base.settings import read_settings
from chassis.cli.rebuild import GROUP
from chassis.service.doctor import examined
from chassis.service.findings import Finding
from chassis.service.platform import open_platform

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
    services = [point.load() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]
    async with open_platform(read_settings()) as platform:
        return await examined(platform, services, lambda: datetime.now(UTC))  # noqa: TID251 - real time, as files have it


def _json(found: Finding) -> dict[str, Any]:
    return {**found._asdict(), "since": found.since.isoformat() if found.since else None}
