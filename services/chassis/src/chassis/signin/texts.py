"""The words of the sign-in's pages and of the pages of errors."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from chassis.pages.texts import N_, texts
from schemas.access.principal import Grant, Role


class Message(NamedTuple):
    """A page with one title and one text."""

    title: str
    text: str


MESSAGES: Final = {
    "signed-out": Message(
        N_("Anda sudah keluar"),
        N_("Sesi Anda di sini sudah berakhir."),
    ),
    "sign-in-expired": Message(
        N_("Silakan masuk sekali lagi"),
        N_("Proses masuk ini sudah terpakai, terlalu lama, atau dimulai di peramban lain. Mulailah dari awal."),
    ),
    "cancelled": Message(
        N_("Anda belum masuk"),
        N_("Proses masuk dibatalkan di penyedia akun."),
    ),
    "sign-in-refused": Message(
        N_("Anda tidak dapat masuk"),
        N_("Jawaban penyedia akun tidak dapat diterima. Cobalah lagi; jika tetap gagal, beri tahu pengelola."),
    ),
    "provider-away": Message(
        N_("Penyedia akun tidak menjawab"),
        N_("Masuk sementara tidak mungkin. Cobalah beberapa menit lagi."),
    ),
    "no-provider": Message(
        N_("Masuk tidak tersedia"),
        N_("Di sini belum ditetapkan penyedia akun. Pengelola menetapkannya dengan SATUPINTU_OIDC_ISSUER."),
    ),
    "session-over": Message(
        N_("Sesi Anda sudah berakhir"),
        N_("Yang Anda kirim belum disimpan. Masuklah lagi, lalu kirim sekali lagi."),
    ),
    "foreign-form": Message(
        N_("Formulir ini tidak diterima"),
        N_(
            "Formulir tidak dikirim dari halaman kami, atau dari sesi yang sudah berakhir. Buka "
            "halamannya lagi dan kirim dari sana."
        ),
    ),
    "refused": Message(
        N_("Permintaan ini ditolak"),
        N_("Permintaan ini tidak dapat dilayani."),
    ),
    "not-found": Message(
        N_("Halaman ini tidak ditemukan"),
        N_("Periksa kembali alamat, kode, atau nomor yang Anda masukkan."),
    ),
    "not-in-inbox": Message(
        N_("Laporan ini tidak ada di kotak masuk Anda"),
        N_("Mungkin laporannya sudah beralih ke instansi atau unit lain, atau alamatnya salah ketik."),
    ),
    "too-many": Message(
        N_("Terlalu banyak permintaan"),
        N_("Dari sambungan Anda datang terlalu banyak permintaan. Tunggu satu menit, lalu coba lagi."),
    ),
    "unavailable": Message(
        N_("Untuk sementara tidak tersedia"),
        N_("Cobalah beberapa menit lagi."),
    ),
}
NO_BODIES: Final[Mapping[str, Any]] = MappingProxyType({})
ROLES: Final = {
    Role.OFFICER: N_("petugas"),
    Role.UNIT_HEAD: N_("kepala unit"),
    Role.TRIAGE: N_("meja triase"),
    Role.ARBITER: N_("arbiter"),
    Role.INSPECTORATE: N_("pengawas"),
    Role.ANALYST: N_("analis"),
    Role.OPERATOR: N_("operator"),
    Role.AGENCY: N_("sistem instansi"),
    Role.GATEWAY: N_("gerbang kanal"),
}


def role_words(grant: Grant, lang: str, bodies: Mapping[str, Any] = NO_BODIES) -> str:
    """A role for people, with its body and unit: by the names in `bodies`, as `GET /api/v1/agencies/{id}` tells them,
    else by their ids.
    """
    body = bodies.get(grant.body or "") or {}
    units = {each["id"]: each["name"] for each in body.get("units", ())}
    parts = (body.get("name", grant.body), units.get(grant.unit, grant.unit))
    name, where = texts("chassis", lang).gettext(ROLES[grant.role]), ", ".join(filter(None, parts))
    return f"{name} ({where})" if where else name
