"""Reads delivery status notifications (RFC 3464 in the form of RFC 6522, also RFC 6533). Pure.

Only a report that says `failed` is a bounce. Automatic replies, questions of spam filters ("confirm that you are a
person"), read receipts and notices of delay or delivery are none, whatever they quote.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from quopri import decodestring
from typing import Final, NamedTuple

from intake.notices.return_token import ReturnToken, tokens_in


class Verdict(StrEnum):
    """What a mail to the envelope sender says of the address."""

    PERMANENT = "permanent"
    """Nothing arrives there: RFC 3463 class 5, of the address, the mailbox, its system or the way to it."""
    REFUSED = "refused"
    """Class 5, but of this mail or of our server: its content, protocol or policy. The next mail may arrive."""
    TEMPORARY = "temporary"
    """Given up for now (class 4), or delayed."""
    NO_BOUNCE = "no bounce"


class DeliveryReport(NamedTuple):
    """A report and the tokens it names. `status`: as in `5.1.1`, empty if there is none."""

    verdict: Verdict
    status: str
    tokens: Sequence[ReturnToken]


def read(raw: bytes, recipients: Sequence[str] = ()) -> DeliveryReport:
    """Read one mail. `recipients`: whom the mail server took it for, if it says so apart from the mail."""
    try:
        mail = message_from_bytes(raw)
        verdict, status = _judged(list(_blocks(mail)))
        return DeliveryReport(verdict, status, list(tokens_in([*recipients, *_addresses(mail)])))
    except Exception:  # noqa: BLE001 - strangers write here: what breaks the parser is no report of a mail server
        return DeliveryReport(Verdict.NO_BOUNCE, "", [])


def _judged(recipients: Sequence[Message]) -> tuple[Verdict, str]:
    """The worst of what is said of the recipients: a mail of ours has one, and a report of it may list aliases."""
    found = [(_ORDER.index(verdict), status) for verdict, status in map(_verdict, recipients)]
    worst, status = max(found, default=(0, ""), key=lambda each: each[0])
    return _ORDER[worst], status


def _verdict(recipient: Message) -> tuple[Verdict, str]:
    action = str(recipient.get("Action", "")).split("(")[0].strip().lower()
    status = _status(recipient)
    if action == "delayed":
        return Verdict.TEMPORARY, status
    if action != "failed" or not status:
        return Verdict.NO_BOUNCE, status
    if not status.startswith("5"):
        return Verdict.TEMPORARY, status
    return (Verdict.REFUSED if status.split(".")[1] in _NOT_OF_THE_ADDRESS else Verdict.PERMANENT), status


def _status(recipient: Message) -> str:
    """The status; a server that gives none has its reply in the diagnosis, as in `smtp; 550 5.1.1 unknown`."""
    if found := _STATUS.match(str(recipient.get("Status", ""))):
        return found.group(1)
    diagnosis = str(recipient.get("Diagnostic-Code", ""))
    if found := _ENHANCED.search(diagnosis):
        return found.group(1)
    reply = _REPLY.match(diagnosis)
    return f"{reply.group(1)}.0.0" if reply else ""


def _blocks(mail: Message) -> Iterator[Message]:
    """The blocks of fields of a report: of the mail as a whole, which has no `Action`, and of each recipient."""
    for part in _parts(mail):
        if part.get_content_type() in _STATUS_TYPES:
            for block in re.split(rb"\n\s*\n", _body(part).replace(b"\r\n", b"\n")):
                yield message_from_bytes(block.strip(b"\n"))


def _body(part: Message) -> bytes:
    # The parser has taken it apart as mails; a coded one, which RFC 3464 forbids, would so be lost.
    text = part.as_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")[2].lstrip(b"\n")
    match str(part.get("Content-Transfer-Encoding", "")).strip().lower():
        case "base64":
            return b64decode(text, validate=False) if _BASE64.fullmatch(text) else b""
        case "quoted-printable":
            return decodestring(text)
    return text


def _addresses(mail: Message) -> Iterator[str]:
    """Where a token may stand: whom the report went to, and the header of the mail that came back."""
    for part in (mail, *_returned(mail)):
        for name in _TO if part is mail else _RETURNED:
            yield from map(str, part.get_all(name, []))


def _returned(mail: Message) -> Iterator[Message]:
    for part in _parts(mail):
        if part.get_content_type() in ("message/rfc822", "message/global"):
            yield from _inside(part)
        elif part.get_content_type() in ("text/rfc822-headers", "message/global-headers"):
            yield message_from_bytes(_body(part))


def _parts(mail: Message) -> list[Message]:
    """The parts of a report; none of any other mail, also if it has a report attached."""
    return _inside(mail) if mail.get_content_type() == "multipart/report" else []


def _inside(part: Message) -> list[Message]:
    content = part.get_payload()
    return [each for each in content if isinstance(each, Message)] if isinstance(content, list) else []


_ORDER: Final = (Verdict.NO_BOUNCE, Verdict.TEMPORARY, Verdict.REFUSED, Verdict.PERMANENT)
_NOT_OF_THE_ADDRESS: Final = ("5", "6", "7")
"""Subjects of RFC 3463: protocol, content, security and policy. A black list with our server on it is no reason to give
up every address behind it.
"""
_STATUS_TYPES: Final = ("message/delivery-status", "message/global-delivery-status")
_STATUS: Final = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)")
_ENHANCED: Final = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY: Final = re.compile(r"\s*smtp\s*;\s*([45])\d\d(?!\d)", re.IGNORECASE)
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/=\s]*")
_TO: Final = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_RETURNED: Final = ("Message-ID", "Return-Path")
