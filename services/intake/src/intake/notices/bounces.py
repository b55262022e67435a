"""Takes mails that came to the envelope sender: a permanent failure marks the address and ends what waits for it."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog

from chassis.base.ports import KeyRing
from intake.notices.delivery_reports import DeliveryReport, Verdict
from intake.notices.return_token import ReturnToken
from intake.storage.returned_mail import ReturnedMail, SentNotice
from schemas.base.sealed import Keys

log: Final = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What became of one mail, as metrics count it."""

    PERMANENT = "permanent"
    REFUSED = "refused"
    TEMPORARY = "temporary"
    REPEATED = "repeated"
    UNKNOWN = "unknown"
    NO_BOUNCE = "no_bounce"


class Bounces:
    """Applies delivery reports. Repeatable."""

    def __init__(self, returned: ReturnedMail, keyring: KeyRing, now: Callable[[], datetime]) -> None:
        """`now`: real time."""
        self._returned, self._keyring, self._now = returned, keyring, now

    async def take(self, report: DeliveryReport) -> Outcome:
        """Apply one report and count it.

        Raises:
            Retryable: the database or the key ring does not answer; nothing was counted.
        """
        outcome = await self._outcome(report)
        await self._returned.count(outcome)
        return outcome

    async def _outcome(self, report: DeliveryReport) -> Outcome:
        if report.verdict is Verdict.NO_BOUNCE:
            return Outcome.NO_BOUNCE
        for token in report.tokens:
            if (notice := await self._sent(token)) is not None:
                return await self._apply(report, notice)
        return Outcome.UNKNOWN

    async def _apply(self, report: DeliveryReport, notice: SentNotice) -> Outcome:
        log.info("mail came back", notice=str(notice.id), complaint=str(notice.complaint), status=report.status)
        if report.verdict is not Verdict.PERMANENT:
            return Outcome.REFUSED if report.verdict is Verdict.REFUSED else Outcome.TEMPORARY
        new = await self._returned.mark(notice, report.status, self._now())
        return Outcome.PERMANENT if new else Outcome.REPEATED

    async def _sent(self, token: ReturnToken) -> SentNotice | None:
        notice = await self._returned.sent(token.number)
        if notice is None:
            return None
        keys = (await self._keyring.load([notice.complaint])).get(notice.complaint, Keys())
        return notice if token.is_genuine(notice.id, keys) else None
