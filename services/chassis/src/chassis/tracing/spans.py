"""Spans of one complaint's way through the processes: OpenTelemetry traces, off unless `start` was called.

Off, every function here returns at once, and no module of OpenTelemetry is imported. A place in a trace is passed on
as the text that W3C Trace Context calls `traceparent` (https://www.w3.org/TR/trace-context/, section 3.2).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from time import time_ns
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, Protocol

from schemas.base.envelope import is_sampled

Kind = Literal["server", "client", "producer", "consumer", "internal"]
Attributes = Mapping[str, str | int]
NONE: Final[Attributes] = MappingProxyType({})


class Span(Protocol):
    """A begun span. Its name and attributes hold no path, no code and no words of a person."""

    @property
    def traceparent(self) -> str: ...
    def describe(self, name: str, attributes: Attributes) -> None:
        """Give it another name, and more attributes."""
        ...

    def end(self, error: str | None = None) -> None:
        """`error`: the name of what went wrong."""
        ...


class Tracer(Protocol):
    """Makes spans. `parent` and `links` are traceparents; `began_ns`: nanoseconds since 1970, by default now."""

    def begin(
        self,
        name: str,
        kind: Kind,
        parent: str | None,
        links: Iterable[str] = (),
        attributes: Attributes = NONE,
        began_ns: int | None = None,
    ) -> Span: ...


class Part(NamedTuple):
    """One of a batch: a stream or another key, the name of its span, and where it continues a trace (None: nowhere)."""

    key: str
    name: str
    parent: str | None


_tracer: Tracer | None = None
_here: ContextVar[str | None] = ContextVar("traceparent", default=None)
_by_key: ContextVar[Mapping[str, str]] = ContextVar("traceparents", default=MappingProxyType({}))


def use(tracer: Tracer | None) -> None:
    """Make this process's spans with `tracer`; None: make none."""
    global _tracer  # noqa: PLW0603 - one per process, set once at its start
    _tracer = tracer


def is_on() -> bool:
    """Whether this process makes spans."""
    return _tracer is not None


def began() -> int | None:
    """The time for `batch`, in nanoseconds since 1970; None: no spans are made."""
    return None if _tracer is None else time_ns()


def traceparent(stream: str) -> str | None:
    """The traceparent to store with what is written to `stream` now; None: no trace, or one that nobody records."""
    if _tracer is None:
        return None
    found = _by_key.get().get(stream) or _here.get()
    return found if found is not None and is_sampled(found) else None


def here() -> str | None:
    """The traceparent of the innermost span; None outside of all spans."""
    return _here.get()


@contextmanager
def span(
    name: str,
    kind: Kind = "internal",
    *,
    parent: str | None = None,
    links: Sequence[str] = (),
    attributes: Attributes = NONE,
) -> Iterator[Span | None]:
    """A span around the body, child of `parent` or else of the innermost one. The body gets None if spans are off."""
    if _tracer is None:
        yield None
        return
    begun = _tracer.begin(name, kind, parent or _here.get(), links, attributes)
    before = _here.set(begun.traceparent)
    error: str | None = None
    try:
        yield begun
    except BaseException as failure:
        error = type(failure).__name__
        raise
    finally:
        _here.reset(before)
        begun.end(error)


@contextmanager
def batch(
    name: str, kind: Kind, parts: Iterable[Part], attributes: Attributes = NONE, began_ns: int | None = None
) -> Iterator[Mapping[str, str]]:
    """A span for each part that continues a trace. Of several parts also one of the batch: it links to where they come
    from, and theirs link to it. The body gets their traceparents by key.
    """
    continued = [part for part in parts if part.parent is not None] if _tracer is not None else []
    if _tracer is None or not continued:
        yield NONE_OPEN
        return
    whole = None
    if len(continued) > 1:
        from_ = [part.parent for part in continued if part.parent is not None]
        counted = {**attributes, "messaging.batch.message_count": len(continued)}
        whole = _tracer.begin(name, kind, None, from_, counted, began_ns)
    links = [whole.traceparent] if whole is not None else []
    spans = {part.key: _tracer.begin(part.name, kind, part.parent, links, attributes, began_ns) for part in continued}
    places = {key: each.traceparent for key, each in spans.items()}
    before = _by_key.set(places)
    error: str | None = None
    try:
        yield places
    except BaseException as failure:
        error = type(failure).__name__
        raise
    finally:
        _by_key.reset(before)
        for each in (*spans.values(), *([whole] if whole is not None else [])):
            each.end(error)


NONE_OPEN: Final[Mapping[str, str]] = MappingProxyType({})
