"""The sentence of every refusal: why it was refused and, if there is one, the way forward."""

from collections.abc import Mapping
from typing import Final

from schemas.base.refusals import Refusal
from schemas.wording.dates import Bilingual
from schemas.wording.fields import why
from schemas.wording.names import CONTENT, ENDINGS, HOLDERS, STATUSES
from schemas.wording.words import ACTIONS

REFUSALS: Final[Mapping[str, Bilingual]] = {
    "refusal": {"id": "Permintaan ini tidak dapat dipenuhi.", "en": "This request cannot be met."},
    "invalid-field": {
        "id": "Isian {field} tidak dapat diterima: {why}.",
        "en": "The field {field} cannot be accepted: {why}.",
    },
    "not-found": {
        "id": "Tidak ditemukan. Periksa kembali kode atau nomor yang Anda masukkan.",
        "en": "Not found. Please check the code or number that you entered.",
    },
    "not-signed-in": {
        "id": "Untuk ini Anda harus masuk: kirim token akses yang berlaku.",
        "en": "You must be signed in for this: send a valid access token.",
    },
    "not-allowed": {
        "id": "Akun Anda tidak memiliki peran yang diperlukan untuk ini.",
        "en": "Your account does not have the role that this needs: it may be done by {who}.",
    },
    "not-the-holder": {
        "id": "Laporan ini sekarang dipegang {holder}, sehingga hanya pemegangnya yang dapat melakukan ini.",
        "en": "This report is now held by {holder}, and only its holder can do this.",
    },
    "wrong-status": {
        "id": "Saat ini tidak dapat {action}: laporan {status}.",
        "en": "Not possible now ({action}): the report is {status}.",
    },
    "already-closed": {
        "id": "Laporan ini sudah ditutup ({reason}).",
        "en": "This report is already closed ({reason}).",
    },
    "unseen-detail": {
        "id": "Pelapor baru menambahkan keterangan. Mohon baca dahulu, lalu kirim ulang.",
        "en": "The reporter has just added something. Please read it first, then send again.",
    },
    "binding-placement": {
        "id": "Laporan ini ditempatkan oleh putusan Ombudsman yang mengikat dan tidak dapat dikembalikan.",
        "en": "The Ombudsman's binding decision placed this report here, so it cannot be returned.",
    },
    "parts-open": {
        "id": "Jawaban bersama belum dapat diberikan: bagian wajib untuk {bodies} belum selesai.",
        "en": "The joint answer cannot be given yet: the mandatory parts for {bodies} are not closed yet.",
    },
    "not-disputable": {
        "id": "Penutupan ini tidak dapat disanggah: {why}.",
        "en": "This ending cannot be disputed: {why}.",
    },
    "too-many-moves": {
        "id": "Batas {limit} tambahan untuk laporan ini sudah tercapai. Silakan buat laporan baru.",
        "en": "This report has reached its limit of {limit} additions. Please file a new one.",
    },
    "cannot-join": {
        "id": "Kedua laporan ini tidak dapat digabungkan: {why}.",
        "en": "These two reports cannot be joined: {why}.",
    },
    "cannot-split": {
        "id": "Laporan ini tidak dapat dibagi: {why}.",
        "en": "This report cannot be split: {why}.",
    },
    "unknown-agency": {
        "id": "Instansi {agency} tidak tercatat atau sudah tidak ada.",
        "en": "The agency {agency} is not registered or no longer exists.",
    },
    "unknown-unit": {
        "id": "Instansi {agency} tidak mempunyai unit {unit}.",
        "en": "The agency {agency} has no unit {unit}.",
    },
    "agency-exists": {
        "id": "Instansi {agency} sudah terdaftar dengan data lain.",
        "en": "The agency {agency} is already registered with other data.",
    },
    "mandate-overlaps": {
        "id": "{agency} sudah memiliki kewenangan yang sama pada masa itu.",
        "en": "{agency} already has this authority in that period.",
    },
    "no-such-mandate": {
        "id": "Tidak ada kewenangan seperti itu yang dapat dicabut.",
        "en": "There is no such authority to withdraw.",
    },
    "data-erased": {
        "id": "Data pribadi laporan ini sudah dihapus; tidak ada lagi yang dapat ditambahkan.",
        "en": "The personal data of this report is erased; nothing more can be added to it.",
    },
    "file-waiting": {
        "id": "Lampiran ini masih diperiksa. Coba lagi nanti.",
        "en": "This file is still being checked. Please try again later.",
    },
    "file-withheld": {
        "id": "Lampiran ini tidak dapat dibuka: {why}.",
        "en": "This file cannot be opened: {why}.",
    },
    "hidden-by-desk": {
        "id": "Laporan ini disembunyikan dari publik oleh petugas, karena {why}. Penanganannya tetap berjalan.",
        "en": "The triage desk has hidden this report from the public, because {why}. Its handling goes on.",
    },
    "photo-not-public": {
        "id": "Foto ini tidak dapat ditunjukkan kepada publik: {why}.",
        "en": "This photo cannot be shown to the public: {why}.",
    },
    "request-differs": {
        "id": "Kunci permintaan ini sudah dipakai untuk permintaan lain. Gunakan kunci baru.",
        "en": "This idempotency key was already used for another request. Please use a new key.",
    },
    "version-mismatch": {
        "id": "Ini sudah berubah sejak Anda membukanya: versinya sekarang {actual}. Muat ulang dahulu.",
        "en": "This has changed since you opened it: its version is now {actual}. Please reload it first.",
    },
    "no-permission": {
        "id": "Pelapor tidak mengizinkan hal ini.",
        "en": "The reporter has not allowed this.",
    },
}


class _Details(dict[str, object]):
    """A missing detail reads as a dash, so that a refusal never fails."""

    def __missing__(self, key: str) -> str:
        return "–"


def refusal(no: Refusal, lang: str = "id") -> str:
    """The sentence of this refusal; the general one if its code has none."""
    words = REFUSALS.get(no.code(), REFUSALS["refusal"])
    shown = {name: _shown(name, value, lang) for name, value in no.data.items() if value is not None}
    # An agency's id is for programs; people read its name where it was looked up.
    shown["holder"] = shown.get("holder_name") or shown.get("holder", "–")
    return words[lang].format_map(_Details(shown))


def _shown(name: str, value: object, lang: str) -> object:
    if isinstance(value, (list, tuple, set, frozenset)):
        each = [str(one) for one in value]
        return ("; " if any("," in one for one in each) else ", ").join(each)
    words = _NAMED.get(name, {}).get(str(value))
    if words:
        return words[lang]
    return why(str(value), lang) if name == "why" else str(value).removeprefix("agency:")


_NAMED: Final[Mapping[str, Mapping[str, Bilingual]]] = {
    "status": {status.value: words for status, words in STATUSES.items()},
    "reason": {reason.value: words for reason, words in ENDINGS.items()},
    "holder": {kind.value: words for kind, words in HOLDERS.items()},
    "why": {
        **{reason.value: words for reason, words in ENDINGS.items()},
        **CONTENT,
        "report_not_public": {"id": "laporannya tidak dibaca publik", "en": "the public does not read the report"},
        "no_clean_picture": {
            "id": "berkas ini bukan gambar yang sudah dibersihkan dari data tersembunyi",
            "en": "this file is no picture that was freed of hidden data",
        },
        "too_late": {"id": "masa sanggah sudah lewat", "en": "the time for disputing has passed"},
        "infected": {"id": "memuat program berbahaya", "en": "it contains a harmful program"},
        "withheld": {
            "id": "data tersembunyi di dalamnya tidak dapat dihapus, dan pelapornya anonim",
            "en": "the hidden data in it cannot be removed, and its reporter is anonymous",
        },
        "lead_not_answered": {
            "id": "laporan yang diikuti belum dijawab",
            "en": "the report that it follows has no answer yet",
        },
        "no_such_lead": {"id": "laporan yang dituju tidak ada", "en": "there is no such other report"},
        "lead_closed": {"id": "laporan yang dituju sudah ditutup", "en": "the other report is closed"},
        "lead_follows": {"id": "laporan yang dituju sendiri mengikuti laporan lain", "en": "the other follows a third"},
        "lead_later": {"id": "laporan yang dituju masuk belakangan", "en": "the other report was filed later"},
        "protected": {"id": "salah satunya rahasia atau berkadar pengawasan", "en": "one of them is protected"},
        "declined": {
            "id": "pelapornya menyatakan bahwa keduanya bukan hal yang sama",
            "en": "its reporter says that they are not the same matter",
        },
        "whole_or_part": {"id": "salah satunya sudah dibagi", "en": "one of them is split, or a part"},
        "part": {"id": "laporan ini sudah merupakan bagian", "en": "it is a part already"},
        "too_many": {"id": "bagiannya terlalu banyak", "en": "there would be too many parts"},
        "same_body_twice": {"id": "satu instansi disebut dua kali", "en": "a body is named twice"},
    },
    "action": {kind.__name__: words for kind, words in ACTIONS.items()},
}
"""Words for codes in a refusal's data, by the name of the detail."""
