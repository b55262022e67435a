"""`satupintu history` and `explain`: commands that read one complaint from the store."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from importlib.metadata import entry_points
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from chassis.base.settings import read_settings
from chassis.cli.person import AS, REASON, note_words_read, words_asked
from chassis.project.standing import standing
from chassis.service.platform import Platform, open_platform
from chassis.write.lead import root_lead
from chassis.write.loaded import LoadedStream
from reporting import queries, timeline
from reporting.app import open_reporting
from reporting.context import Reporting
from reporting.options import moment_option
from schemas import wording
from schemas.base import ids
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import REGISTRY
from schemas.complaint.fold import RecordedFact
from schemas.events.codec import decode
from schemas.reference.load import policies
from schemas.registry.fold import Registry
from schemas.wording.explanations import explained

app: Final = typer.Typer(no_args_is_help=True)


CODE_HELP: Final = (
    "tracking code, public number, or complaint id; - reads it from standard input, unseen in process lists"
)


class Lang(StrEnum):
    """Languages of the output."""

    ID = "id"
    EN = "en"


@app.command()
def history(
    code: Annotated[str, typer.Argument(help=CODE_HELP)],
    as_of: Annotated[str | None, typer.Option(help="a date (end of that day) or a time; now if left out")] = None,
    lang: Lang = Lang.ID,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
    reason: REASON = None,
    name: AS = None,
) -> None:
    """A complaint as it was at some time: its facts until then, its status, its holder. Without what people wrote."""
    moment, asked = moment_option(as_of, "--as-of"), words_asked(reason, name)

    async def run(context: Reporting, platform: Platform) -> None:
        loaded = await _found(context, platform, code)
        facts = timeline.until(loaded.facts(), moment)
        if not facts:
            raise typer.BadParameter("it was not filed yet at that time", param_hint="--as-of")
        recorded = [RecordedFact(decode(e), e.id, e.version) for e in await context.repository.store.read(REGISTRY)]
        registry = timeline.registry_at(recorded, moment)
        if asked is not None:
            await note_words_read(platform.access_log, asked, "history", complaint=str(loaded.state.id))
        report = _report(loaded, facts, registry, lang, words=asked is not None)
        print(json.dumps(report, ensure_ascii=False, indent=2)) if as_json else _show(report)

    _with_reporting(run)


@app.command()
def explain(
    code: Annotated[str, typer.Argument(help=CODE_HELP)],
    lang: Lang = Lang.ID,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Why each date of a complaint is what it is: rule, source, start, days skipped and why, stops, calendar."""

    async def run(context: Reporting, platform: Platform) -> None:
        state, registry = (await _found(context, platform, code)).state, await context.registry.current()
        lead = await root_lead(context.repository, state)
        dates = explained(state, registry, policies(), lang, lead)
        if as_json:
            print(json.dumps({"public_number": state.public_number, "due": dates}, default=_plain, ensure_ascii=False))
            return
        reason = wording.status(state.status, lang, state.closed)
        print(f"{state.public_number}: {reason} ({wording.holder((lead or state).holder, registry, lang)})")
        for one in dates:
            print(f"\n{one['explanation']}")
        if not dates:
            print(_NO_DATES[lang])

    _with_reporting(run)


_NO_DATES: Final = {"id": "Tidak ada batas waktu yang berjalan.", "en": "No date is running."}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _with_reporting(run: Callable[[Reporting, Platform], Coroutine[Any, Any, None]]) -> None:
    async def inside() -> None:
        async with open_platform(read_settings()) as platform, open_reporting(platform) as context:
            await run(context, platform)

    asyncio.run(inside())


async def _found(context: Reporting, platform: Platform, code: str) -> LoadedStream:
    complaint = await _complaint_of(context, platform, code)
    loaded = await context.repository.reader.load(complaint) if complaint else None
    if loaded is None or not loaded.recorded:
        raise typer.BadParameter("no complaint of that name", param_hint="CODE")
    return loaded


async def _complaint_of(context: Reporting, platform: Platform, given: str) -> UUID | None:
    code = sys.stdin.readline().strip() if given == "-" else given
    with suppress(ValueError):  # then it is a public number or a tracking code
        return UUID(code)
    if code.upper().startswith("SP-"):
        return await _by_number(context, _checked(ids.parse_public_number, code))
    checked = _checked(ids.parse_tracking_code, code)
    for point in entry_points(group="satupintu.tracking"):
        if found := await point.load()(platform, checked):
            complaint: UUID = found
            return complaint
    return None


async def _by_number(context: Reporting, number: str) -> UUID | None:
    """From the rows as they are. They are brought up to date only for a number that they do not have."""
    found = await context.database.read(lambda connection: queries.complaint_of(connection, number))
    if found is None:
        behind = (await standing(context, queries.METADATA, context.figures.view.name))["behind"]
        if behind["events"] != 0:
            said = f"the read model does not have {number} and is behind the store: reading it first"
            Console(stderr=True).print(said, soft_wrap=True)
        await context.figures.catch_up()
        found = await context.database.read(lambda connection: queries.complaint_of(connection, number))
    return UUID(found) if found else None


def _checked(parse: Callable[[str], str], code: str) -> str:
    try:
        return parse(code)
    except ids.MalformedCode as error:
        raise typer.BadParameter(str(error), param_hint="CODE") from error


def _report(
    loaded: LoadedStream, facts: Sequence[RecordedFact], registry: Registry, lang: str, *, words: bool
) -> dict[str, Any]:
    state = timeline.state_at(loaded.state, facts)
    return {
        "public_number": state.public_number,
        "status": state.status.value,
        "status_text": wording.status(state.status, lang, state.closed),
        "holder": wording.holder(state.holder, registry, lang),
        "version": state.version,
        "timeline": [
            {"at": moment.at.isoformat(), "type": moment.type, "sentence": moment.sentence}
            for moment in timeline.moments(facts, registry, lang, public=False, words=words)
        ],
    }


def _show(report: dict[str, Any]) -> None:
    table = Table(title=f"{report['public_number']}: {report['status_text']} ({report['holder']})")
    table.add_column("at (UTC)", no_wrap=True)
    table.add_column("what happened")
    for moment in report["timeline"]:
        table.add_row(moment["at"][:16].replace("T", " "), moment["sentence"])
    Console().print(table)


async def _pages(context: Reporting) -> AsyncIterator[Sequence[RecordedEvent]]:
    position: int | None = None
    while True:
        page = await context.repository.store.read_all(position)
        yield page.events
        position = page.position
        if page.caught_up:
            return
