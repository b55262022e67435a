"""Structured logs: event names with ids, never a citizen's words; JSON lines, or colours on a console."""

import io
import logging
import re
import sys
from contextlib import suppress
from typing import Final, TextIO

import structlog

from chassis.base.settings import Settings

QUIET = ("aiokafka", "kafka", "faust", "mode", "uvicorn", "httpx2", "httpcore2")


class _Lossy(io.StringIO):
    """Drops lines that cannot be written (a full disk), so that a log line never fails its caller."""

    def __init__(self, under: TextIO) -> None:
        super().__init__()
        self._under = under

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._under.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._under.flush()


class _WithoutRenewals(logging.Filter):
    """Drops that the broker closed a connection whose sign-in was too old (`connections.max.reauth.ms`).

    aiokafka cannot sign in again on an open connection; it connects anew at once and repeats the request: no rebalance,
    no failed commit. A broker that is away refuses the new connection, which is logged.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("aiokafka"):
            return True
        text = record.getMessage()
        return _CLOSED.search(text) is None and not text.startswith(_AFTER_CLOSED)


_CLOSED: Final = re.compile(r"KafkaConnectionError\b.*Connection at \S+ closed")
_AFTER_CLOSED: Final = ("Marking the coordinator dead (", "Unable to update metadata from ")
_WITHOUT_RENEWALS: Final = _WithoutRenewals()


def configure(settings: Settings) -> None:
    """Set up logging for a process. Libraries log from WARNING on: Faust at INFO logs every rebalance."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_WITHOUT_RENEWALS)
    # `chassis.base.retry` logs lost connections, once each.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    people = settings.log_format != "json"
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.dev.ConsoleRenderer() if people else structlog.processors.JSONRenderer(default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(_Lossy(sys.stderr)),
    )
