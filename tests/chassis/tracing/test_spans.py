"""Spans as an OpenTelemetry collector receives them."""

import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from structlog.testing import capture_logs

from chassis.tracing import spans
from chassis.tracing.http import TracedRequests
from chassis.tracing.start import traced
from support.otlp import Receiver, attributes, receiving

SECRET = "K7-9QXR-22"
OUTSIDE = "00-" + "a1" * 16 + "-" + "b2" * 8 + "-01"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.endpoint)
        yield found


def site() -> TracedRequests:
    app, router = FastAPI(), APIRouter(prefix="/api/v1")

    @router.get("/track/{code}")
    async def track(code: str) -> dict[str, str]:
        if code == "broken":
            raise RuntimeError(f"no {code}")
        return {"traceparent": spans.traceparent("any") or ""}

    app.include_router(router)
    return TracedRequests(app)


async def ask(method: str, path: str, **headers: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(site(), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, headers=headers)


async def test_a_request_is_named_by_the_template_of_its_route(receiver: Receiver) -> None:
    with traced("intake", on=True):
        answer = await ask("GET", f"/api/v1/track/{SECRET}?code={SECRET}")
    [(process, span)] = receiver.spans
    told = {"http.request.method": "GET", "http.route": "/api/v1/track/{code}", "http.response.status_code": 200}
    assert (process, span.name, span.kind) == ("intake", "GET /api/v1/track/{code}", Span.SPAN_KIND_SERVER)
    assert attributes(span) == told
    assert answer.json()["traceparent"][:-2] == f"00-{span.trace_id.hex()}-{span.span_id.hex()}-"


@pytest.mark.parametrize("path", [f"/api/v1/track/{SECRET}", f"/elsewhere/{SECRET}", f"/api/v1/track/{SECRET}/x"])
@pytest.mark.parametrize("method", ["GET", "POST", SECRET])
async def test_no_span_holds_a_path_or_a_method_that_a_client_made_up(
    receiver: Receiver, method: str, path: str
) -> None:
    with traced("intake", on=True):
        await ask(method, path)
    assert receiver.bodies
    assert not [body for body in receiver.bodies if SECRET.encode() in body]


async def test_a_request_that_failed_is_marked_without_the_words_of_the_error(receiver: Receiver) -> None:
    with traced("intake", on=True):
        await ask("GET", "/api/v1/track/broken")
    [(_, span)] = receiver.spans
    assert (span.status.code, span.status.message) == (Status.STATUS_CODE_ERROR, "")
    assert attributes(span)["error.type"] == "RuntimeError"
    assert b"no broken" not in receiver.bodies[0]


@pytest.mark.parametrize("sent", ["", "x", OUTSIDE + "0", OUTSIDE.replace("a1", "00")])
async def test_what_is_no_traceparent_is_ignored(receiver: Receiver, sent: str) -> None:
    with traced("intake", on=True):
        await ask("GET", "/api/v1/track/a", traceparent=sent)
    [(_, span)] = receiver.spans
    assert not span.links


async def test_the_trace_of_a_client_is_linked_to_and_not_continued(receiver: Receiver) -> None:
    with traced("intake", on=True):
        await ask("GET", "/api/v1/track/a", traceparent=OUTSIDE)
    [(_, span)] = receiver.spans
    assert [link.trace_id.hex() for link in span.links] == ["a1" * 16]
    assert span.trace_id.hex() != "a1" * 16


def test_spans_of_a_batch_continue_their_traces_and_link_to_the_batch(receiver: Receiver) -> None:
    with traced("router", on=True):
        parents = []
        for name in ("first", "second"):
            with spans.span(name):
                parents.append(spans.here())
        named = zip("ab", parents, strict=True)
        parts = [*(spans.Part(key, f"react {key}", parent) for key, parent in named), spans.Part("c", "react c", None)]
        with spans.batch("react", "consumer", parts):
            found = {key: spans.traceparent(key) for key in "abc"}
    by_name = {span.name: span for _, span in receiver.spans}
    assert by_name.keys() == {"first", "second", "react", "react a", "react b"}
    for key, parent in (("a", "first"), ("b", "second")):
        child = by_name[f"react {key}"]
        assert (child.trace_id, child.parent_span_id) == (by_name[parent].trace_id, by_name[parent].span_id)
        assert [link.span_id for link in child.links] == [by_name["react"].span_id]
        assert (found[key] or "")[:-2] == f"00-{child.trace_id.hex()}-{child.span_id.hex()}-"
    assert found["c"] is None
    assert {link.span_id for link in by_name["react"].links} == {by_name["first"].span_id, by_name["second"].span_id}


def test_a_trace_that_is_not_sampled_is_neither_sent_nor_stored(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    with traced("intake", on=True), spans.span("one"):
        assert spans.traceparent("any") is None
    assert not receiver.spans


def test_a_log_line_names_its_trace(receiver: Receiver) -> None:
    before = structlog.get_config()
    try:
        with traced("intake", on=True):
            processors = structlog.get_config()["processors"]
            with capture_logs(processors=processors[:1]) as lines, spans.span("one"):
                structlog.get_logger().info("said")
        [(_, span)] = receiver.spans
        assert lines[0]["trace_id"] == span.trace_id.hex()
    finally:
        structlog.configure(**before)


def test_processes_without_traces_never_load_the_sdk() -> None:
    loads = (
        "import sys; import local.front, chassis.cli.relay, chassis.react.faust_consumer;"
        "from chassis.tracing.start import traced\n"
        "with traced('x', on=False): pass\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    said = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"
