"""/docs: every route of an app on one page, from its OpenAPI document. FastAPI's own pages load scripts and styles from
other sites, which would then run in this origin and learn who reads them.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse


def add_docs(app: FastAPI) -> None:
    """Serve the page. `app` is made with `docs_url=None, redoc_url=None`."""

    async def docs(_request: Request) -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))

    app.add_route("/docs", docs, ["GET"], include_in_schema=False)


def page(document: dict[str, Any]) -> str:
    """The page in HTML, without script, style or anything of another site."""
    title = escape(document["info"]["title"])
    routes = "\n".join(_routes(document))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}: routes</title></head>\n'
        f"<body><h1>{title}</h1><p>{escape(document['info'].get('description', ''))}</p>\n"
        f'<p>For programs: <a href="openapi.json">openapi.json</a>, in OpenAPI {escape(document["openapi"])}.</p>\n'
        f"{routes}\n</body></html>\n"
    )


def _routes(document: dict[str, Any]) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
            yield from (f"<p>{escape(each)}</p>" for each in operation.get("description", "").split("\n\n") if each)
            yield from _list("Parameters", [_parameter(each) for each in operation.get("parameters", ())])
            yield from _list("Body", [escape(kind) for kind in operation.get("requestBody", {}).get("content", ())])
            answers = operation["responses"].items()
            yield from _list("Answers", [f"{code}: {escape(each.get('description', ''))}" for code, each in answers])


def _list(name: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield f"<h3>{name}</h3><ul>{''.join(f'<li>{row}</li>' for row in rows)}</ul>"


def _parameter(one: dict[str, Any]) -> str:
    needed = ", required" if one.get("required") else ""
    about = f": {escape(one['description'])}" if one.get("description") else ""
    return f"<code>{escape(one['name'])}</code> in the {escape(one['in'])}{needed}{about}"
