"""A span for each request of a public route. It names the route's template, never the path: a path may hold a tracking
code, which is a key.
"""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.tracing import spans

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "_OTHER"
"""For a method that is none of HTTP: a client may send any word
(https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
"""
SERVER_ERROR: Final = 500


class TracedRequests:
    """Begins a trace for each request. A traceparent that a client sends is linked to, not continued: whoever is
    outside may not choose what is recorded (Trace Context, section 4.2, calls it a restart).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not spans.is_on():
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else OTHER
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with spans.span(method, "server", links=_sent(scope), attributes={"http.request.method": method}) as span:
            assert span is not None
            try:
                await self._app(scope, receive, noted)
            finally:
                route = getattr(scope.get("route"), "path", None)
                told: dict[str, str | int] = {"http.response.status_code": status} if status else {}
                if route is not None:
                    told["http.route"] = route
                if status >= SERVER_ERROR:
                    told["error.type"] = str(status)
                span.describe(f"{method} {route}" if route is not None else method, told)


def _sent(scope: Scope) -> list[str]:
    found = [value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"]
    return found if len(found) == 1 else []
