"""The front over a new state, in this process: the routes of all services without Kafka and without workers."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from typing import Any, NamedTuple

import httpx
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from chassis.base.settings import read_settings
from chassis.write.repository import Repository
from local.front import create_app
from support.inbox import keep_registry
from support.signed_in import AsNeeded, RoleTokens


class Declared:
    """Checks that every answer has a status, a media type and a body that the OpenAPI document declares."""

    def __init__(self, app: FastAPI) -> None:
        self._document = _closed(app.openapi())
        self._paths = [(re.compile(_pattern(path)), path) for path in self._document["paths"]]
        self.seen: set[tuple[str, str, int]] = set()

    async def __call__(self, answer: httpx.Response) -> None:
        """Raises AssertionError: something is not declared."""
        await answer.aread()
        path = next((path for pattern, path in self._paths if pattern.fullmatch(answer.url.path)), None)
        operation = self._document["paths"].get(path, {}).get(answer.request.method.lower())
        if path is None or operation is None or path.startswith("/open311"):
            return
        self.seen.add((answer.request.method, path, answer.status_code))
        declared = operation["responses"].get(str(answer.status_code))
        assert declared is not None, (
            f"{answer.request.method} {path} does not declare {answer.status_code}: {answer.text}"
        )
        media_type = answer.headers["content-type"].partition(";")[0]
        assert media_type in declared["content"], f"{path} does not declare {media_type}"
        if media_type.endswith("json"):
            schema = {**declared["content"][media_type]["schema"], "components": self._document["components"]}
            Draft202012Validator(schema).validate(answer.json())


def _closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every object of an answer closed, so that a field it does not name is an error here; a Problem
    has more members.
    """
    document = deepcopy(document)
    for name, schema in document["components"]["schemas"].items():
        if name != "Problem" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return document


def _pattern(path: str) -> str:
    # The key of a submission may hold slashes.
    parts = [
        re.escape(part) if not part.startswith("{") else ".+" if part == "{key}" else "[^/]+"
        for part in path.split("/")
    ]
    return "/".join(parts)


class Front(NamedTuple):
    """The app, a client of it, and a repository to write what the workers would."""

    app: FastAPI
    web: httpx.AsyncClient
    repository: Repository


@asynccontextmanager
async def opened() -> AsyncIterator[Front]:
    """The front of the state that the settings name, with three agencies in its registry."""
    app = create_app(read_settings())
    async with app.router.lifespan_context(app):
        app.state.access = RoleTokens()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        declared = Declared(app)
        hooks = {"response": [declared]}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://door", event_hooks=hooks, auth=AsNeeded()
        ) as web:
            repository = app.state.intake.repository
            await keep_registry(repository.store, repository)
            yield Front(app, web, repository)
