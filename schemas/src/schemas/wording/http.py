"""The sentences for problems of HTTP or of the platform, by problem code."""

from typing import Final

from schemas.wording.dates import Bilingual

PROBLEMS: Final[dict[str, Bilingual]] = {
    "not-found": {"id": "Alamat ini tidak ada.", "en": "This address does not exist."},
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
        "id": "Terlalu banyak permintaan yang sedang menunggu; mohon coba lagi sebentar lagi.",
        "en": "Too many requests are waiting; please try again shortly.",
    },
    "conflict": {
        "id": "Ada yang mengubahnya pada saat yang sama; mohon lihat kembali.",
        "en": "Somebody changed it at the same moment; please look again.",
    },
    "unavailable": {
        "id": "Saat ini belum dapat dilayani; mohon kirim permintaan yang sama lagi nanti.",
        "en": "Not available right now; please send the same request again later.",
    },
    "internal": {
        "id": "Ada yang salah di pihak kami; hal ini sudah dicatat.",
        "en": "Something went wrong on our side; it has been recorded.",
    },
}


def problem(code: str, lang: str, otherwise: str, **values: object) -> str:
    """The sentence for this problem; `otherwise` if the code has none."""
    words = PROBLEMS.get(code)
    return words[lang].format(**values) if words else otherwise
