"""What the door says when it is not a rule that says no, but HTTP or the machine: by the code of the problem."""

from typing import Final

from schemas.wording.dates import Bilingual

PROBLEMS: Final[dict[str, Bilingual]] = {
    "not-found": {"id": "Alamat ini tidak ada.", "en": "There is nothing at this address."},
    "method-not-allowed": {
        "id": "Alamat ini tidak menerima permintaan seperti itu.",
        "en": "This address does not take such a request.",
    },
    "length-required": {
        "id": "Berkas harus dikirim bersama panjangnya (Content-Length).",
        "en": "A file is sent with its length (Content-Length).",
    },
    "request-entity-too-large": {
        "id": "Isi permintaan terlalu besar: paling banyak {limit_bytes} bita.",
        "en": "The request body is too large: at most {limit_bytes} bytes.",
    },
    "too-many-requests": {
        "id": "Terlalu banyak permintaan dari sini; mohon tunggu sebentar.",
        "en": "Too many requests from here; please wait a little.",
    },
    "busy": {
        "id": "Terlalu banyak yang sedang menunggu; mohon coba lagi sebentar lagi.",
        "en": "Too much is waiting; please try again shortly.",
    },
    "conflict": {
        "id": "Ada yang mengubahnya pada saat yang sama; mohon lihat kembali.",
        "en": "Somebody changed it at the same moment; please look again.",
    },
    "unavailable": {
        "id": "Saat ini belum dapat dilayani; permintaan yang sama boleh dikirim lagi.",
        "en": "Not available right now; the same request may be sent again.",
    },
    "internal": {
        "id": "Ada yang salah di pihak kami; hal ini sudah dicatat.",
        "en": "Something is wrong on our side; it has been noted.",
    },
}


def problem(code: str, lang: str, otherwise: str, **values: object) -> str:
    """The sentence for this problem; `otherwise` for one that has no words of its own."""
    words = PROBLEMS.get(code)
    return words[lang].format(**values) if words else otherwise
