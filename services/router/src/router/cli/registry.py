"""`satupintu registry check`: compares the registry with the division of authority."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from chassis.base.log import configure
from chassis.base.settings import read_settings
from chassis.service.platform import open_platform
from router.lexicon.files import place_data, rule_data
from router.registry.coverage import Coverage, Finding, check_coverage, divisions
from router.registry.mandates import MandateIndex, day_of
from router.registry.seed import seeded_registry
from router.settings import SERVICE
from schemas.reference.load import calendars

registry: Final = typer.Typer(no_args_is_help=True, help="bodies and their authority")
SHOWN: Final = 50
WHAT: Final = {"hole": "nobody has it", "overlap": "several have it", "not_at_this_level": "not at this level"}


@registry.command()
def check(
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the day; today if left out")] = None,
    reasons: Annotated[bool, typer.Option("--reasons", help="also say why a level has nobody")] = False,
) -> None:
    """Find holes and overlaps: every (field, level, region) has one competent body or a stated reason.

    Of an empty store the registry that this release would plant is checked. Exit 1 if anything is found.
    """
    settings = read_settings()
    configure(settings)
    found, version = asyncio.run(_check(on))
    console = Console()
    console.print(
        f"registry at version {version}: {found.held:,} fields in their places with one body each, "
        f"{len(found.stated)} (field, level) pairs with a stated reason, {len(found.findings)} findings"
    )
    if reasons:
        for (sector, level), why in found.stated.items():
            console.print(f"  {sector}, {level}: {why}", highlight=False)
    if found.findings:
        console.print(_table(found.findings))
        raise typer.Exit(1)


async def _check(on: datetime | None) -> tuple[Coverage, int]:
    async with open_platform(read_settings()) as platform:
        at = on.replace(tzinfo=UTC) if on is not None else platform.clock.now()
        known = await platform.repository(SERVICE).registry()
    if known.version < 0:
        known = seeded_registry(calendars(), at)
    regions = {*place_data().places, *(body.region for body in known.agencies.values() if body.region)}
    found = check_coverage(MandateIndex(known), divisions(), rule_data().sectors, sorted(regions), day_of(at))
    return found, known.version


def _table(findings: tuple[Finding, ...]) -> Table:
    table = Table("what", "field", "level", "region", "bodies")
    for each in findings[:SHOWN]:
        bodies = ", ".join(body.agency for body in each.bodies)
        table.add_row(WHAT[each.fault], each.sector, each.level.value, each.region or "", bodies)
    if len(findings) > SHOWN:
        counts = Counter(each.fault for each in findings)
        table.caption = "; ".join(f"{WHAT[fault]}: {count}" for fault, count in counts.items())
    return table
