"""The tracer over OpenTelemetry's SDK. Imported only where traces are on: it costs a process some 15 MB and 0.3 s.

Where spans go, how many are recorded and under which name is said by OpenTelemetry's own variables, such as
`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_SAMPLER` and `OTEL_SERVICE_NAME`.
"""

import os
from collections.abc import Iterable
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_NAMESPACE, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceFlags

from chassis.tracing.spans import NONE, Attributes, Kind
from schemas.base.envelope import TRACEPARENT

KINDS: Final = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
    "internal": SpanKind.INTERNAL,
}


class OtelSpan:
    """Implements `chassis.tracing.spans.Span`."""

    def __init__(self, span: trace.Span) -> None:
        self._span, at = span, span.get_span_context()
        self.traceparent = f"00-{at.trace_id:032x}-{at.span_id:016x}-{at.trace_flags:02x}"

    def describe(self, name: str, attributes: Attributes) -> None:
        self._span.update_name(name)
        self._span.set_attributes(attributes)

    def end(self, error: str | None = None) -> None:
        if error is not None:
            # The name alone: the text of an error may hold what a person sent.
            self._span.set_status(StatusCode.ERROR)
            self._span.set_attribute("error.type", error)
        self._span.end()


class OtelTracer:
    """Implements `chassis.tracing.spans.Tracer`; sends spans in batches over OTLP/HTTP, on a thread of its own."""

    def __init__(self, process: str) -> None:
        """`process`: its name in traces, unless `OTEL_SERVICE_NAME` says another one."""
        named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: process}
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAMESPACE: "satupintu", **named}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("satupintu")

    def begin(
        self,
        name: str,
        kind: Kind,
        parent: str | None,
        links: Iterable[str] = (),
        attributes: Attributes = NONE,
        began_ns: int | None = None,
    ) -> OtelSpan:
        above = place(parent) if parent is not None else None
        context = trace.set_span_in_context(NonRecordingSpan(above)) if above is not None else Context()
        to = [Link(at) for each in links if (at := place(each)) is not None]
        return OtelSpan(self._tracer.start_span(name, context, KINDS[kind], attributes, to, began_ns))

    def close(self) -> None:
        """Send what is left, within the exporter's limit of time."""
        self._provider.shutdown()


def place(traceparent: str) -> SpanContext | None:
    """What a traceparent names; None: it is none."""
    if (found := TRACEPARENT.fullmatch(traceparent)) is None:
        return None
    trace_id, span_id, flags = found.groups()
    at = SpanContext(int(trace_id, 16), int(span_id, 16), True, TraceFlags(int(flags, 16)))
    return at if at.is_valid else None
