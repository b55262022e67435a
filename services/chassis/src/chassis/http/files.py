"""A reporter's file as an answer: always a download, never a page that a browser runs.

Whatever a file claims to be, `nosniff` keeps the browser from guessing, `Content-Disposition` from showing, and the
sandbox from running it; nobody's cache keeps it.
"""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from starlette.responses import StreamingResponse

from chassis.attachments.store import Attachments, Copy, FileId, OpenFile
from chassis.http.access import Rule, allow
from chassis.http.openapi import gives
from chassis.write.loaded import LoadedStream
from schemas.base.media_types import MEDIA_TYPES
from schemas.base.refusals import DataErased
from schemas.complaint.attachments import FileState, attached_as
from schemas.wording.casefile import file_name

UNKNOWN: Final = "application/octet-stream"
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")
_PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]+")
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": words,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted({*MEDIA_TYPES, UNKNOWN})
        },
    }
    for status, words in ((200, "The file."), (206, "The bytes that `Range` asks for."))
}
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def opens_file(router: APIRouter, path: str, who: Rule, summary: str | None = None) -> Callable[[Endpoint], Endpoint]:
    """Declare a route that answers with a reporter's file: as `router.get`, with what all of them answer."""

    def declare(endpoint: Endpoint) -> Endpoint:
        route = router.get(
            path, dependencies=[allow(who)], summary=summary, response_class=Response, responses=_ANSWERS
        )
        declared: Endpoint = route(gives(409, 410, 416)(endpoint))
        return declared

    return declare


class Part(NamedTuple):
    """The bytes from `start` to `end` (exclusive)."""

    start: int
    end: int


async def holders_file(attachments: Attachments, loaded: LoadedStream, attachment: UUID, request: Request) -> Response:
    """What the holder of the complaint opens: the copy without hidden data.

    Raises:
        NotFound, FileWaiting, FileWithheld, DataErased, BrokenSeal: there is nothing to open.
    """
    one = attached_as((recorded.fact for recorded in loaded.facts()), attachment, scans=attachments.scans)
    state = loaded.state
    if state.erased:
        raise DataErased(complaint=str(state.id))
    opened = one.opened_by_holder()
    copy = Copy.CLEANED if one.state is FileState.CLEANED else Copy.ORIGINAL
    file = FileId(state.id, attachment, copy, opened.size_bytes)
    name = file_name(one, anonymous=state.anonymous)
    return await answer(await attachments.open(file, loaded.keys), opened.media_type, name, request)


async def answer(file: OpenFile, media_type: str, name: str, request: Request) -> Response:
    """The file, or the part of it that the header `Range` asks for (RFC 9110, section 14)."""
    asked = _asked(request.headers.get("range"), file.size) if "if-range" not in request.headers else None
    headers = {
        "Content-Disposition": _disposition(name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
    }
    if asked is not None and asked.start >= min(asked.end, file.size):
        raise HTTPException(416, headers={"Content-Range": f"bytes */{file.size}"})
    part = asked or Part(0, file.size)
    if asked is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{file.size}"
    headers["Content-Length"] = str(part.end - part.start)
    content = file.content(part.start, part.end)
    first = await anext(content, b"")  # a broken file becomes an error while the answer can still be one
    known = media_type if media_type in MEDIA_TYPES else UNKNOWN
    return StreamingResponse(_whole(first, content), 206 if asked else 200, headers, known)


async def _whole(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _asked(header: str | None, size: int) -> Part | None:
    """One range; several, and what is no range, count as none."""
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return Part(max(0, size - int(match[2])), size)
    end = min(int(match[2]) + 1, size) if match[2] else size
    return Part(int(match[1]), end) if not match[2] or int(match[2]) >= int(match[1]) else None


def _disposition(name: str) -> str:
    """As in RFC 6266: a plain name for every client, and the real one in UTF-8 (RFC 8187)."""
    plain = _PLAIN.sub("_", name).strip("_") or "lampiran"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
