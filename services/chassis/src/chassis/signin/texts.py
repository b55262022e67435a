"""The words of the sign-in's pages, in both languages."""

from typing import Final

from schemas.access.principal import Grant, Role
from schemas.wording.dates import Bilingual

TEXTS: Final[dict[str, Bilingual]] = {
    "signed-in-as": {"id": "Anda masuk sebagai", "en": "You are signed in as"},
    "no-name": {"id": "pengguna tanpa nama", "en": "a person without a name"},
    "roles": {"id": "Peran Anda", "en": "Your roles"},
    "no-roles": {
        "id": "Akun Anda tidak mempunyai peran di sini. Mintalah kepada pengelola akun instansi Anda.",
        "en": "Your account has no role here. Ask whoever manages the accounts of your body.",
    },
    "roles-away": {
        "id": "Peran Anda sudah satu jam tidak dapat dibaca dari penyedia akun, jadi sementara tidak berlaku. "
        "Kami mencoba lagi terus; muat ulang halaman ini beberapa saat lagi.",
        "en": "Your roles could not be read from the account provider for an hour, so they do not hold for now. "
        "We keep trying; reload this page in a while.",
    },
    "sign-out": {"id": "Keluar", "en": "Sign out"},
    "sign-out-everywhere": {"id": "Keluar di semua perangkat", "en": "Sign out on all devices"},
    "go-on": {"id": "Lanjutkan", "en": "Go on"},
    "signed-out": {"id": "Anda sudah keluar", "en": "You are signed out"},
    "signed-out-text": {"id": "Sesi Anda di sini sudah berakhir.", "en": "Your session here has ended."},
    "sign-in-expired": {"id": "Silakan masuk sekali lagi", "en": "Please sign in once more"},
    "sign-in-expired-text": {
        "id": "Proses masuk ini sudah terpakai, terlalu lama, atau dimulai di peramban lain. Mulailah dari awal.",
        "en": "This sign-in was used already, took too long, or was begun in another browser. Begin again.",
    },
    "cancelled": {"id": "Anda belum masuk", "en": "You did not sign in"},
    "cancelled-text": {
        "id": "Proses masuk dibatalkan di penyedia akun.",
        "en": "The sign-in was cancelled at the account provider.",
    },
    "sign-in-refused": {"id": "Anda tidak dapat masuk", "en": "You cannot sign in"},
    "sign-in-refused-text": {
        "id": "Jawaban penyedia akun tidak dapat diterima. Cobalah lagi; jika tetap gagal, beri tahu pengelola.",
        "en": "The answer of the account provider is not acceptable. Try again; if it fails again, tell the operator.",
    },
    "provider-away": {"id": "Penyedia akun tidak menjawab", "en": "The account provider does not answer"},
    "provider-away-text": {
        "id": "Masuk sementara tidak mungkin. Cobalah beberapa menit lagi.",
        "en": "Signing in is not possible for now. Try again in some minutes.",
    },
    "no-provider": {"id": "Masuk tidak tersedia", "en": "Signing in is not available"},
    "no-provider-text": {
        "id": "Di sini belum ditetapkan penyedia akun. Pengelola menetapkannya dengan SATUPINTU_OIDC_ISSUER.",
        "en": "No account provider is set here. The operator sets it with SATUPINTU_OIDC_ISSUER.",
    },
    "session-over": {"id": "Sesi Anda sudah berakhir", "en": "Your session has ended"},
    "session-over-text": {
        "id": "Yang Anda kirim belum disimpan. Masuklah lagi, lalu kirim sekali lagi.",
        "en": "What you sent was not saved. Sign in again, then send it once more.",
    },
    "foreign-form": {"id": "Formulir ini tidak diterima", "en": "This form was not accepted"},
    "foreign-form-text": {
        "id": "Formulir tidak dikirim dari halaman kami, atau dari sesi yang sudah berakhir. Buka halamannya lagi dan "
        "kirim dari sana.",
        "en": "The form was not sent from a page of ours, or from a session that has ended. Open the page again and "
        "send it from there.",
    },
    "refused": {"id": "Permintaan ini ditolak", "en": "This request was refused"},
    "refused-text": {"id": "Permintaan ini tidak dapat dilayani.", "en": "This request cannot be served."},
    "unavailable": {"id": "Untuk sementara tidak tersedia", "en": "Not available for now"},
    "unavailable-text": {"id": "Cobalah beberapa menit lagi.", "en": "Try again in some minutes."},
}
ROLES: Final[dict[Role, Bilingual]] = {
    Role.OFFICER: {"id": "petugas", "en": "officer"},
    Role.UNIT_HEAD: {"id": "kepala unit", "en": "head of unit"},
    Role.TRIAGE: {"id": "meja triase", "en": "triage desk"},
    Role.ARBITER: {"id": "arbiter", "en": "arbiter"},
    Role.INSPECTORATE: {"id": "pengawas", "en": "inspectorate"},
    Role.ANALYST: {"id": "analis", "en": "analyst"},
    Role.OPERATOR: {"id": "operator", "en": "operator"},
    Role.AGENCY: {"id": "sistem instansi", "en": "system of a body"},
    Role.GATEWAY: {"id": "gerbang kanal", "en": "channel gateway"},
}


def role_words(grant: Grant, lang: str) -> str:
    """A role for people, with the ids of its body and unit."""
    where = ", ".join(part for part in (grant.body, grant.unit) if part)
    return f"{ROLES[grant.role][lang]} ({where})" if where else ROLES[grant.role][lang]
