"""The OpenAPI document of an app: FastAPI's own, with every error as problem+json and the headers that are required.

Which statuses a route can give follows from what it takes; the rest is declared with `gives` where it is raised.
"""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final, TypeVar

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

PROBLEM: Final = "application/problem+json"
BEARER: Final = "bearer"
_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token of the platform's OpenID Connect provider.",
}
F = TypeVar("F", bound=Callable[..., Any])
_GIVEN: Final[dict[Callable[..., Any], frozenset[int]]] = {}
_SCHEMA: Final = {
    "type": "object",
    "title": "Problem",
    "description": "An error as in RFC 9457. `code` is stable; `detail` is for people; more members explain the code.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "description": "`urn:satupintu:` and the code"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "examples": ["invalid-field", "version-mismatch"]},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "The field or header that is wrong."},
        "errors": {
            "type": "array",
            "description": "Every wrong field.",
            "items": {
                "type": "object",
                "required": ["field", "why"],
                "properties": {"field": {"type": "string"}, "why": {"type": "string"}},
            },
        },
    },
}
_HEADERS: Final = {
    "idempotency-key": "Idempotency-Key",
    "satupintu-client": "Satupintu-Client",
    "if-match": "If-Match",
    "if-none-match": "If-None-Match",
    "accept-language": "Accept-Language",
}


def gives(*statuses: int) -> Callable[[F], F]:
    """Declare the statuses of errors that an endpoint or a dependency raises."""

    def declared(function: F) -> F:
        _GIVEN[function] = frozenset(statuses)
        return function

    return declared


def describe(app: FastAPI, skip: str) -> None:
    """Let `app.openapi()` return the completed document. Paths below `skip` have errors of their own shape."""
    plain = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(plain(), dict(_routes(app)), skip)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _routes(app: FastAPI) -> Iterator[tuple[str, Dependant]]:
    """By operation id: what the route's endpoint takes."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            yield context.unique_id, context.dependant


def _completed(document: dict[str, Any], routes: dict[str, Dependant], skip: str) -> dict[str, Any]:
    document["servers"] = [{"url": "/", "description": "The address that this document came from."}]
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _SCHEMA
    document["components"]["securitySchemes"] = {BEARER: _BEARER}
    for path, methods in document["paths"].items():
        for operation in methods.values():
            operation.setdefault("tags", [path.strip("/").split("/")[min(2, path.count("/") - 1)]])
            for parameter in operation.get("parameters", ()):
                _name(parameter)
            if not path.startswith(skip):
                _add_problems(operation, path, routes.get(operation["operationId"]))
            _add_access(operation, routes.get(operation["operationId"]))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document["tags"] = [{"name": name, "description": f"The routes of {name}."} for name in sorted(_tags(document))]
    return document


def _tags(document: dict[str, Any]) -> set[str]:
    return {
        tag for methods in document["paths"].values() for operation in methods.values() for tag in operation["tags"]
    }


def _name(parameter: dict[str, Any]) -> None:
    parameter["name"] = _HEADERS.get(parameter["name"], parameter["name"])
    if parameter["name"] == "Idempotency-Key":
        parameter["required"] = True
        parameter["schema"] = {"type": "string", "minLength": 1, "maxLength": 200}
        parameter["description"] = (
            "The client's key of this request; a UUID unless `Satupintu-Client` or a token is sent."
        )
    # What is not sent is absent, never null.
    given = parameter["schema"].get("anyOf", ())
    rest = [each for each in given if each != {"type": "null"}]
    if len(rest) == 1 < len(given):
        parameter["schema"] = {k: v for k, v in parameter["schema"].items() if k != "anyOf"} | rest[0]


def _add_problems(operation: dict[str, Any], path: str, taken: Dependant | None) -> None:
    answers = operation["responses"]
    answers.pop("422", None)
    for answer in answers.values():
        _only_reference(answer)
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    statuses = {422, 500, 503}
    statuses |= {404} if "{" in path else set()
    statuses |= {409, 412} if "If-Match" in names else set()
    statuses |= {400, 413} if "application/json" in operation.get("requestBody", {}).get("content", ()) else set()
    if taken is not None:
        statuses |= {status for call in _calls(taken) for status in _GIVEN.get(call, ())}
    for status in sorted(statuses):
        content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        answers.setdefault(str(status), {"description": HTTPStatus(status).phrase, "content": content})


def _add_access(operation: dict[str, Any], taken: Dependant | None) -> None:
    """Who may call it: `security`, and the rule in words."""
    rules = [call.rule for call in _calls(taken) if hasattr(call, "rule")] if taken is not None else []
    for rule in rules:
        without, signed_in = rule.public or rule.optional, not rule.public or rule.optional
        operation["security"] = [{}] * without + [{BEARER: []}] * signed_in
        about = operation.get("description", "")
        operation["description"] = f"{about}\n\nMay be called by {rule.words}.".strip()


def _only_reference(answer: dict[str, Any]) -> None:
    """FastAPI merges a declared model into the schema of the return type, any object: keep only the model."""
    for content in answer.get("content", {}).values():
        if "$ref" in content["schema"]:
            content["schema"] = {"$ref": content["schema"]["$ref"]}


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    if dependant.call is not None:
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)
