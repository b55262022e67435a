"""Sends a lost tracking code to the contact that the reporter left, and to no other."""

from typing import Final
from uuid import UUID

import structlog

from intake.contacts import mail_address, phone_number
from intake.context import Intake
from intake.notices import texts
from intake.notices.links import for_address
from intake.notices.port import Notice
from intake.notify import reporter_of
from schemas.base.ids import derived_id
from schemas.complaint.state import Complaint
from schemas.contract.submission import Reporter

A_WHILE: Final = "%Y-%m-%dT%H"
"""Whoever asks again within the same hour gets no second message."""
log = structlog.get_logger(__name__)


async def send_code(context: Intake, public_number: str, contact: str, lang: str) -> None:
    """Send the code if `contact`, a mail address or telephone number in its usual form, is the reporter's own. Whoever
    asked must not learn whether it is: they get their answer before this begins.

    Raises:
        ChassisError, NotSent: perhaps nothing was sent.
    """
    complaint = await context.audience.complaint_of(public_number)
    loaded = await context.repository.load(complaint) if complaint is not None else None
    if loaded is None or not loaded.recorded or not context.codes.works(loaded.state.code_version):
        return
    reporter = await reporter_of(context, loaded)
    if reporter is not None and _is_theirs(contact, reporter):
        await context.mailbox.send(_notice(context, loaded.state, contact, lang))
        log.info("tracking code sent again", complaint=str(loaded.state.id))


def _is_theirs(contact: str, reporter: Reporter) -> bool:
    mail = mail_address(reporter.email)
    return contact == phone_number(reporter.phone) or (mail is not None and contact.lower() == mail.lower())


def _notice(context: Intake, state: Complaint, contact: str, lang: str) -> Notice:
    code = context.codes.of(state.id, state.code_version)
    body = texts.LOST[lang].format(number=state.public_number, code=code)
    text = "\n\n".join([body, *for_address(contact, [context.links.track(code, lang)])])
    return Notice(_id(context, state.id), state.id, contact, f"{texts.HEADING[lang]} {state.public_number}", text)


def _id(context: Intake, complaint: UUID) -> UUID:
    return derived_id("lost-code", str(complaint), context.clock.now().strftime(A_WHILE))
