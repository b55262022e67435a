"""`satupintu rebuild VIEW`: rebuilds a read model from the store, with or without running services.

Each service with read models names its `Service` record by an entry point.
"""

import asyncio
from contextlib import AsyncExitStack
from importlib.metadata import entry_points
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import func, select

from chassis.base.settings import read_settings
from chassis.project.partition_checkpoints import TABLE as KAFKA_POSITIONS
from chassis.project.position import TABLE as STORE_POSITIONS
from chassis.project.rebuild import Rebuildable, rebuild
from chassis.service.platform import Platform, open_platform
from chassis.service.service import Service

GROUP: Final = "satupintu.views"
ALL: Final = "all"
app: Final = typer.Typer(no_args_is_help=True)
console: Final = Console(stderr=True, highlight=False)


@app.command("rebuild")
def rebuild_(
    view: Annotated[str | None, typer.Argument(help="service.view, or all; without it they are listed")] = None,
) -> None:
    """Rebuild a read model from the event store. Readers see the old rows until the new ones are complete."""
    asyncio.run(_rebuild(view))


async def _rebuild(choice: str | None) -> None:
    async with open_platform(read_settings()) as platform, AsyncExitStack() as stack:
        views: dict[str, Rebuildable] = {}
        for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
            service: Service[Any] = point.load()
            context = await stack.enter_async_context(service.open(platform))
            views |= {f"{point.name}.{each.view.name}": each for each in service.views(context)}
        if choice is None:
            print("\n".join(views))
            return
        if choice != ALL and choice not in views:
            raise typer.BadParameter(f"there is no view {choice}; there are {', '.join(views)}", param_hint="VIEW")
        for name, each in views.items():
            if choice in (ALL, name):
                await _one(platform, name, each)


async def _one(platform: Platform, name: str, each: Rebuildable) -> None:
    shape = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), MofNCompleteColumn())
    with Progress(*shape, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(name, total=await _expected_end(each))
        events = 0

        def progress_page(count: int, position: int | None) -> None:
            nonlocal events
            events += count
            progress.update(task, completed=position or 0)

        end = await rebuild(platform.store, each.database, each.metadata, each.view, each.projection, progress_page)
        progress.update(task, completed=end, total=end)
    console.print(f"{name}: rebuilt from {events} events, up to position {end}")


async def _expected_end(each: Rebuildable) -> int | None:
    """The position of the live rows, about where the new ones will end."""
    table = each.metadata.tables[KAFKA_POSITIONS if each.projection is None else STORE_POSITIONS]
    query = select(func.max(table.c.position)).where(table.c.view == each.view.name)
    return await each.database.read(lambda connection: connection.execute(query).scalar())
