"""Open311 GeoReport v2: responses and errors in JSON and XML (the path's suffix names the format).

Source: wiki.open311.org/GeoReport_v2. An error is a list of `{code, description}`: 404 if not found, else 400.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import ValidationError

from chassis.http.web import language
from schemas import wording
from schemas.base.refusals import InvalidField, Refusal

PREFIX: Final = "/open311/v2"
Format = Literal["json", "xml"]
XML: Final = "application/xml; charset=utf-8"
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Row = Mapping[str, Any]


def list_response(kind: Format, wrapper: str, item: str, rows: Sequence[Row], status: int = 200) -> Response:
    """A list: an array in JSON; `wrapper` with one `item` per row in XML."""
    if kind == "json":
        return JSONResponse([{name: _plain(value) for name, value in row.items()} for row in rows], status)
    root = Element(wrapper)
    for row in rows:
        _under(SubElement(root, item), row)
    return Response(_document(root), status, media_type=XML)


def object_response(kind: Format, wrapper: str, row: Row) -> Response:
    """A single object: the discovery document or a service's definition."""
    if kind == "json":
        return JSONResponse(row)
    root = Element(wrapper)
    _under(root, row)
    return Response(_document(root), media_type=XML)


def validated(accepted: type[Any], given: Mapping[str, Any]) -> Any:
    """`given` as that model. Raises RequestValidationError, as for a JSON body."""
    try:
        return accepted.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_input=False)
        raise RequestValidationError([{**item, "loc": ("body", *item["loc"])} for item in found]) from error


class GeoReport(APIRoute):
    """A route that returns GeoReport errors instead of problem+json."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        carry_out = super().get_route_handler()

        async def handle(request: Request) -> Response:
            lang = language(request.query_params.get("lang"), request.headers.get("accept-language"))
            try:
                return await carry_out(request)
            except Refusal as refusal:
                code = 404 if refusal.status_hint == HTTPStatus.NOT_FOUND else 400
                return _refused(request, code, wording.refusal(refusal, lang))
            except RequestValidationError as error:
                first = error.errors()[0]
                field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
                why = wording.found(first["type"], first.get("ctx") or {}, first["msg"], lang)
                description = wording.refusal(InvalidField(field=field, why=why), lang)
                return _refused(request, 404 if field == "kind" else 400, description)

        return handle


def _refused(request: Request, code: int, description: str) -> Response:
    kind: Format = "xml" if request.url.path.endswith(".xml") else "json"
    return list_response(kind, "errors", "error", [{"code": code, "description": description}], code)


def _under(parent: Element, row: Row) -> None:
    for name, value in row.items():
        if isinstance(value, list | tuple):
            inner = SubElement(parent, name)
            for each in value:
                child = SubElement(inner, name.removesuffix("s"))
                if isinstance(each, Mapping):
                    _under(child, each)
                else:
                    child.text = _text(each)
        else:
            SubElement(parent, name).text = _text(value)


def _text(value: Any) -> str:
    plain = _plain(value)
    if isinstance(plain, bool):
        return str(plain).lower()
    return _NOT_IN_XML.sub(" ", str(plain)) if plain is not None else ""


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _document(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
