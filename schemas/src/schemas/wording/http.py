"""The sentences for problems of HTTP or of the platform, by problem code."""

from http import HTTPStatus
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
    "unknown-host": {
        "id": "Server ini tidak melayani nama yang ada di alamat permintaan (header Host).",
        "en": "This server does not serve the name in the request's address (the Host header).",
    },
    "forwarded-request": {
        "id": "Server ini hanya melayani komputer ini: permintaan yang diteruskan oleh proxy ditolak selama pengaturan "
        "produksi belum lengkap.",
        "en": "This server serves this machine only: a request that a proxy forwarded is refused until the production "
        "settings are complete.",
    },
    "no-trusted-proxy": {
        "id": "Permintaan tanpa TLS hanya diterima dari proxy tepercaya.",
        "en": "A request without TLS is accepted from a trusted proxy only.",
    },
    "tls-needed": {
        "id": "Mohon pakai alamat yang diawali https://.",
        "en": "Please use the address that begins with https://.",
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


TITLES: Final[dict[int, Bilingual]] = {
    400: {"id": "Permintaan tidak dapat dibaca", "en": "Bad Request"},
    401: {"id": "Perlu masuk", "en": "Unauthorized"},
    403: {"id": "Tidak diizinkan", "en": "Forbidden"},
    404: {"id": "Tidak ditemukan", "en": "Not Found"},
    405: {"id": "Cara permintaan tidak dilayani", "en": "Method Not Allowed"},
    409: {"id": "Bertentangan dengan keadaan sekarang", "en": "Conflict"},
    411: {"id": "Panjang isi wajib disebut", "en": "Length Required"},
    412: {"id": "Sudah berubah", "en": "Precondition Failed"},
    413: {"id": "Isi terlalu besar", "en": "Content Too Large"},
    415: {"id": "Jenis isi tidak dilayani", "en": "Unsupported Media Type"},
    416: {"id": "Bagian itu tidak ada", "en": "Range Not Satisfiable"},
    421: {"id": "Salah alamat", "en": "Misdirected Request"},
    422: {"id": "Isian tidak dapat diterima", "en": "Unprocessable Content"},
    429: {"id": "Terlalu banyak permintaan", "en": "Too Many Requests"},
    500: {"id": "Kesalahan di pihak kami", "en": "Internal Server Error"},
    503: {"id": "Belum dapat dilayani", "en": "Service Unavailable"},
}
_OTHER_CLIENT: Final[Bilingual] = {"id": "Permintaan ini tidak dapat dipenuhi.", "en": "This request cannot be met."}


def problem(code: str, lang: str, **values: object) -> str:
    """The sentence for this problem; the general one if the code has none."""
    return PROBLEMS.get(code, _OTHER_CLIENT)[lang].format(**values)


def title(status: int, lang: str) -> str:
    """The title of a problem with this status of HTTP."""
    return TITLES[status][lang] if status in TITLES else HTTPStatus(status).phrase
