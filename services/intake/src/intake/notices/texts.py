"""Texts of notices, in Indonesian and English. Pure."""

from datetime import datetime
from typing import Final

from schemas import wording
from schemas.base.values import Clock
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines import running, timeline_due
from schemas.deadlines.policies import Policies
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.registry.fold import Registry


def next_step(
    state: Complaint, registry: Registry, policies: Policies, now: datetime, lang: str, lead: Complaint | None = None
) -> list[str]:
    """The status, the holder, and when the next step is due; of a joined complaint its lead's holder and date."""
    status = f"{_STATUS[lang]}: {wording.status(state.status, lang, state.closed)}."
    due_at = timeline_due(state, registry, policies, lead)
    if due_at is None:
        return [status]
    holder = registry.holder((lead or state).holder)
    body = registry.agencies.get(holder.agency or "")
    due = wording.moment(due_at, body.zone if body else DEFAULT_ZONE, lang)
    text = _NEXT if due_at > now else _LATE
    return [status, text[lang].format(holder=wording.holder(holder, registry, lang), due=due)]


def awaited(state: Complaint, registry: Registry, policies: Policies, lang: str) -> list[str]:
    """What the reporter can do, until when, and what happens otherwise."""
    text = _AWAITED.get(state.status)
    if text is None:
        return []
    return [
        text[lang].format(due=wording.moment(due.due_at, due.zone, lang))
        for due in running(state, registry, policies)
        if due.clock in (Clock.COMPLETION, Clock.SILENCE)
    ]


HEADING: Final = {"id": "Laporan", "en": "Report"}
_STATUS: Final = {"id": "Status saat ini", "en": "Present status"}
_NEXT: Final = {
    "id": "Sekarang pada: {holder}. Langkah berikutnya paling lambat {due}.",
    "en": "Now with: {holder}. The next step is due by {due}.",
}
_LATE: Final = {
    "id": "Sekarang pada: {holder}. Langkah berikutnya terlambat: batas waktunya {due}.",
    "en": "Now with: {holder}. The next step is late: it was due by {due}.",
}
_AWAITED: Final = {
    Status.AWAITING_REPORTER: {
        "id": "Jawaban Anda ditunggu sampai {due}; tanpa jawaban, yang ditanyakan ditutup sebagai tidak lengkap.",
        "en": "Your answer is awaited until {due}; without it, what was asked about is closed as incomplete.",
    },
    Status.ANSWERED: {
        "id": "Anda dapat menyatakan selesai atau menyanggah sampai {due}; setelah itu laporan ditutup.",
        "en": "You can confirm or dispute it until {due}; after that the report is closed.",
    },
}
LEAD: Final = {
    "id": "Laporan Anda mengikuti laporan {number} tentang hal yang sama.",
    "en": "Your report follows report {number} about the same matter.",
}
UNDO: Final = {
    "id": (
        "Jika ini bukan hal yang sama, pisahkan laporan Anda dengan satu langkah di halaman pelacakan; laporan itu "
        "lalu ditangani tersendiri."
    ),
    "en": (
        "If it is not the same matter, undo this in one step on the tracking page; your report is then handled on its "
        "own."
    ),
}
ABOUT: Final = {"id": "Laporan itu tentang {sector}.", "en": "That report is about {sector}."}
FOLLOWS: Final = {
    "id": "Laporan {number} mengikuti laporan {lead} tentang hal yang sama.",
    "en": "Report {number} follows report {lead} about the same matter.",
}
TRACK: Final = {
    "id": "Kode pelacakan Anda (rahasiakan): {code}",
    "en": "Your tracking code (keep it secret): {code}",
}
LOST: Final = {
    "id": (
        "Seseorang, mungkin Anda, meminta kode pelacakan laporan {number}. Kode itu: {code}\n\n"
        "Rahasiakan kode ini: siapa pun yang memegangnya dapat membuka laporan. Jika bukan Anda yang meminta, abaikan "
        "pesan ini; hanya alamat ini yang menerimanya."
    ),
    "en": (
        "Somebody, perhaps you, asked for the tracking code of report {number}. It is: {code}\n\n"
        "Keep it secret: whoever has it can open the report. If it was not you, do nothing; only this address gets "
        "this message."
    ),
}
CONFIRM: Final = {
    "id": (
        "Seseorang, mungkin Anda, meminta agar alamat ini menerima pemberitahuan tentang laporan {number}.\n\n"
        "Untuk mengikuti laporan ini, konfirmasi dengan kode: {code}\n\n"
        "Jika bukan Anda, abaikan pesan ini: tidak ada pesan lain yang dikirim, dan alamat ini dihapus setelah {days} "
        "hari."
    ),
    "en": (
        "Somebody, perhaps you, asked that this address be notified of report {number}.\n\n"
        "To follow this report, confirm with the code: {code}\n\n"
        "If it was not you, do nothing: nothing else is sent, and this address is deleted after {days} days."
    ),
}
STOP: Final = {
    "id": "Untuk berhenti mengikuti laporan ini: {code}",
    "en": "To stop following this report: {code}",
}
