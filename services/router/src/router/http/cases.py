"""Complaints as the desk and the arbiter read them: case files, files and the Ombudsman's decisions."""

from collections.abc import Callable, Collection
from typing import Any, Final, NamedTuple
from uuid import UUID

from fastapi import Request, Response

from chassis.http.files import holders_file
from chassis.write.cases import case_of
from chassis.write.loaded import LoadedStream
from router.context import Router
from router.desk.casefile import casefile
from router.http.duplicates import with_suggestions
from router.placement.precedents import UNSTATED_SCOPE, precedent_matter
from schemas.access.accused import is_kept_from
from schemas.access.principal import Principal, Role
from schemas.access.reading import Case, Reading, as_arbiter, as_desk
from schemas.base.refusals import NotFound
from schemas.complaint.attachments import attached
from schemas.wording.casefile import holders_attachment
from schemas.wording.precedents import decision


class Office(NamedTuple):
    """The desk, the arbiter or an agency: its name among clients, what it may read, whether it may know of a complaint
    by its state alone, and the roles of those who act for it.
    """

    name: str
    reads: Callable[[Principal, Case], Reading]
    knows: Callable[[Principal, Case], object]
    roles: Collection[Role]
    body: str | None = None


DESK: Final = Office("desk", as_desk, as_desk, [Role.TRIAGE])
THE_ARBITER: Final = Office("arbiter", as_arbiter, as_arbiter, [Role.ARBITER])


async def read(context: Router, who: Principal, complaint: UUID, office: Office) -> LoadedStream:
    """A complaint whose words the office may read. Raises NotFound: it may not, or there is none."""
    loaded, registry = await context.repository.load(complaint), await context.registry.current()
    if not office.reads(who, await case_of(context.repository, loaded, registry)).words:
        raise NotFound(complaint=str(complaint))
    return loaded


async def open_file(
    context: Router, who: Principal, complaint: UUID, office: Office, attachment: UUID, request: Request
) -> Response:
    """A reporter's file as an answer. Raises NotFound, and what `holders_file` raises."""
    loaded = await _with_files(context, who, await read(context, who, complaint, office))
    return await holders_file(context.attachments, loaded, attachment, request)


async def case_file(context: Router, who: Principal, loaded: LoadedStream, lang: str) -> dict[str, Any]:
    """Everything that a decision about a complaint that `who` may read needs, as the API answers it."""
    registry, state = await context.registry.current(), loaded.state
    sent = await _with_files(context, who, loaded)
    [file] = await with_suggestions(context, [state], [casefile(state, registry, context.policies, lang)], lang)
    followed = state.routed.basis.precedent if state.routed else None
    matter = precedent_matter(state, UNSTATED_SCOPE, await context.placement_context.current())
    return {
        **file,
        "attachments": [
            holders_attachment(each, anonymous=state.anonymous)
            for each in attached((recorded.fact for recorded in sent.facts()), scans=context.attachments.scans)
        ],
        "precedent": (await decisions(context, who, [followed], lang))[0] if followed else None,
        # What a decision that names no scope would be a precedent for; None if that is not clear.
        "matter": matter.model_dump(mode="json") if matter else None,
    }


async def decisions(
    context: Router, who: Principal, complaints: Collection[str], lang: str
) -> list[dict[str, Any] | None]:
    """The newest decision about each of these; None: there is none, or it is kept from `who`."""
    registry = await context.registry.current()
    loaded = await context.repository.load_many([UUID(each) for each in complaints])
    return [
        None if is_kept_from(who, each.state, registry) else decision(each.state, each.facts(), registry, lang)
        for each in loaded
    ]


async def _with_files(context: Router, who: Principal, loaded: LoadedStream) -> LoadedStream:
    """The stream that names the reporter's files: of a part its whole, unless that is kept from `who`."""
    if loaded.state.whole is None:
        return loaded
    whole, registry = await context.repository.load(loaded.state.whole), await context.registry.current()
    return loaded if is_kept_from(who, whole.state, registry) else whole
