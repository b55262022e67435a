"""Turns traces on for a process."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog

from chassis.tracing import spans


@contextmanager
def traced(process: str, *, on: bool) -> Iterator[None]:
    """Make spans in the name of `process` while the body runs, and name the trace in its log lines. Without `on`, do
    nothing.
    """
    if not on:
        yield
        return
    from chassis.tracing.otel import OtelTracer

    tracer = OtelTracer(process)
    spans.use(tracer)
    structlog.configure(processors=[_with_trace, *structlog.get_config()["processors"]])
    try:
        yield
    finally:
        spans.use(None)
        tracer.close()


def _with_trace(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if (at := spans.here()) is not None:
        entry["trace_id"] = at.split("-")[1]
    return entry
