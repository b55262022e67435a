"""Open311 GeoReport v2: responses and errors in XML and JSON (the path's suffix names the format), and HEAD.

Source: wiki.open311.org/GeoReport_v2. An error is a list of `{code, description}`: 404 if not found, 403 if not
allowed, else 400; a method, a size, a rate or a failure of the server keep the status of HTTP.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import Response
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT: Final = "/open311/"
PREFIX: Final = "/open311/v2"
Format = Literal["json", "xml"]
XML: Final = "text/xml; charset=utf-8"
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEPT: Final = frozenset({403, 404, 405, 411, 413, 429})
Row = Mapping[str, Any]


def list_response(kind: Format, wrapper: str, item: str, rows: Sequence[Row], status: int = 200) -> Response:
    """A list: an array in JSON; `wrapper` with one `item` per row in XML."""
    if kind == "json":
        return JSONResponse(_plain(rows), status)
    root = Element(wrapper)
    for row in rows:
        _under(SubElement(root, item), row)
    return Response(_document(root), status, media_type=XML)


def object_response(kind: Format, wrapper: str, row: Row) -> Response:
    """A single object: the discovery document or a service's definition."""
    if kind == "json":
        return JSONResponse(_plain(row))
    root = Element(wrapper)
    _under(root, row)
    return Response(_document(root), media_type=XML)


def error_response(path: str, status: int, description: str) -> Response:
    """The error of a request to `path`, in the format of its suffix; JSON where the suffix names none."""
    kind: Format = "xml" if path.endswith(".xml") else "json"
    code = status if status in _KEPT or status >= HTTPStatus.INTERNAL_SERVER_ERROR else HTTPStatus.BAD_REQUEST.value
    return list_response(kind, "errors", "error", [{"code": code, "description": description}], code)


def holds_photos(scope: Scope) -> bool:
    """Whether this request is a report with photos, which its route reads with a limit of its own."""
    posted = scope["method"] == "POST" and scope["path"].startswith(f"{PREFIX}/requests.")
    kind: bytes = dict(scope["headers"]).get(b"content-type", b"")
    return posted and kind.lower().startswith(b"multipart/form-data")


class HeadAsGet:
    """Answers HEAD like GET without a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or not scope["path"].startswith(ROOT):
            await self._app(scope, receive, send)
            return

        async def head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, head)


def _under(parent: Element, row: Row) -> None:
    for name, value in row.items():
        child = SubElement(parent, name)
        if isinstance(value, Mapping):
            _under(child, value)
        elif isinstance(value, list | tuple):
            _items(child, name.removesuffix("s"), value)
        else:
            child.text = _text(value)


def _items(parent: Element, name: str, values: Sequence[Any]) -> None:
    for value in values:
        child = SubElement(parent, name)
        if isinstance(value, Mapping):
            _under(child, value)
        else:
            child.text = _text(value)


def _text(value: Any) -> str:
    plain = _plain(value)
    if isinstance(plain, bool):
        return str(plain).lower()
    return _NOT_IN_XML.sub(" ", str(plain)) if plain is not None else ""


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _document(root: Element) -> bytes:
    # ASCII with character references is UTF-8 too, and is read alike by clients that decode it once too often.
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(
        tostring(root, encoding="us-ascii", xml_declaration=False)
    )
