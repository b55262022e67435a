"""Failed attempts at tracking codes. Each source may fail so often a minute; further failures are answered with 429.
Whoever opens complaints with codes that exist is never counted and never refused, also at an address where others fail:
a valid code is a citizen's key. Many failures in all raise an alarm.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from fastapi import Request

from chassis.base import metrics
from chassis.http.access import source_of
from chassis.http.rate_limit import RateLimiter, refuse
from schemas.base.refusals import InvalidField, NotFound

EVERYONE: Final = "*"
log = structlog.get_logger(__name__)


class GuessLimit:
    """Limits of failures: `by_source` refuses further ones, `in_all` raises the alarm."""

    def __init__(self, by_source: RateLimiter, in_all: RateLimiter) -> None:
        self._by_source, self._in_all, self._alarmed = by_source, in_all, False

    @contextmanager
    def attempt(self, request: Request) -> Iterator[None]:
        """Around the look-up of a code; counts its failure.

        Raises:
            HTTPException: 429 instead of the failure: this source has failed too often.
        """
        try:
            yield
        except (InvalidField, NotFound):
            self.failed(request)
            raise

    def failed(self, request: Request) -> None:
        """Count a failure. Raises HTTPException: as `attempt`."""
        self._count_in_all()
        refuse(self._by_source.wait_s(source_of(request)))

    def _count_in_all(self) -> None:
        metrics.FAILED_CODES.inc()
        many = self._in_all.wait_s(EVERYONE) > 0
        if many and not self._alarmed:
            log.error("many failed tracking codes: somebody may be guessing")
        self._alarmed = many
        metrics.FAILED_CODES_ALARM.set(many)
