"""Logs: events with ids, never sentences, never a citizen's words. JSON lines for machines, colours for people."""

import logging
import sys

import structlog

from chassis.settings import Settings

QUIET = ("aiokafka", "kafka", "faust", "mode", "uvicorn")


def configure(settings: Settings) -> None:
    """Set up logging for a process. Libraries speak up from WARNING on: Faust at INFO tells every rebalance."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Retries of a connection are ours to tell, once: see chassis.patience.
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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
