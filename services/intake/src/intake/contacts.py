"""Reads contacts as people write them. One that cannot be read stays sealed as it was sent and is never written to."""

import re
import unicodedata
from typing import Any, Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from schemas.contract.submission import Reporter

HOME: Final = "ID"
"""Country of a telephone number without a country code."""
_SHORT_CODE: Final = re.compile(r"\d{3,6}")
"""An SMS sender such as 1708."""
_MARKS_AROUND: Final = " \t\r\n()[]\"'.,;:"


def mail_address(text: str | None) -> str | None:
    """The address that a mail can be sent to: one recipient, without a display name. None: there is none.

    The domain is in ASCII where the local part is, so that servers without SMTPUTF8 (RFC 6531) take it.
    """
    written = unicodedata.normalize("NFKC", text or "").strip(_MARKS_AROUND).removeprefix("mailto:")
    if written.startswith("<") and written.endswith(">"):
        written = written[1:-1]
    try:
        found = validate_email(written, check_deliverability=False, allow_display_name=True)
    except EmailNotValidError:
        return None
    return found.ascii_email or found.normalized


def phone_number(text: str | None) -> str | None:
    """The first telephone number in the text in the form of E.164, or a short code as it is. None: there is none."""
    written = _with_plain_marks(text or "")
    if _SHORT_CODE.fullmatch(written.strip()):
        return written.strip()
    found = phonenumbers.PhoneNumberMatcher(written, HOME, phonenumbers.Leniency.POSSIBLE)
    return next((phonenumbers.format_number(each.number, phonenumbers.PhoneNumberFormat.E164) for each in found), None)


def addresses_of(reporter: Reporter, *, sms: bool, returned: bool = False) -> tuple[str | None, str | None]:
    """The mail address, and the telephone number if a gateway sends SMS. `returned`: mail to the address came back for
    good.
    """
    mail = None if returned else mail_address(reporter.email)
    return mail, phone_number(reporter.phone) if sms else None


def unusable(reporter: Reporter | None, *, returned: bool = False) -> tuple[str, ...]:
    """The contacts that were given and cannot be written to: `email`, `phone`. `returned`: as in `addresses_of`."""
    if reporter is None:
        return ()
    read = {
        "email": reporter.email is None or (not returned and mail_address(reporter.email)),
        "phone": reporter.phone is None or phone_number(reporter.phone),
    }
    return tuple(name for name, usable in read.items() if not usable)


def notice_of(reporter: Reporter | None, lang: str, *, sms: bool, returned: bool = False) -> dict[str, Any]:
    """The field `contact` of the answer to a filing, if a contact cannot be used: which, and what follows from it.
    `sms`: whether a gateway sends SMS. `returned`: as in `addresses_of`.
    """
    names = unusable(reporter, returned=returned)
    if returned and reporter is not None and reporter.email is not None:
        return {"contact": {"unusable": names, "message": RETURNED[lang]}}
    if not names:
        only_phone = reporter is not None and reporter.phone is not None and reporter.email is None
        return {"contact": {"unusable": (), "message": NO_SMS[lang]}} if only_phone and not sms else {}
    listed = _AND[lang].join(_NAMES[lang][name] for name in names)
    return {"contact": {"unusable": names, "message": _MESSAGE[lang].format(names=listed)}}


def _with_plain_marks(text: str) -> str:
    # Any hyphen, space or digit of Unicode as its ASCII form; invisible marks (of direction, of width) are dropped.
    plain = []
    for character in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(character)
        if category in ("Cf", "Cc"):
            plain.append(" " if character in "\t\r\n" else "")
        elif category == "Nd":
            plain.append(str(unicodedata.digit(character)))
        else:
            plain.append({"Pd": "-", "Zs": " "}.get(category, character))
    return "".join(plain)


NO_SMS: Final = {
    "id": "SMS tidak dikirim: ikuti laporan dengan kode pelacakannya.",
    "en": "No SMS is sent: follow the report by its tracking code.",
}
RETURNED: Final = {
    "id": "Surel ke alamat Anda kembali. Tidak ada lagi yang dikirim ke sana; ikuti laporan dengan kodenya.",
    "en": "Mail to your address came back. Nothing more is sent to it; follow the report by its tracking code.",
}
_AND: Final = {"id": " dan ", "en": " and "}
_NAMES: Final = {
    "id": {"email": "alamat surel", "phone": "nomor telepon"},
    "en": {"email": "e-mail address", "phone": "telephone number"},
}
_MESSAGE: Final = {
    "id": "Laporan diterima. Namun {names} tidak dapat dibaca dan tidak akan dihubungi; ikuti laporan dengan kodenya.",
    "en": "The report is filed. The {names} cannot be read and will not be written to; follow it by its tracking code.",
}
