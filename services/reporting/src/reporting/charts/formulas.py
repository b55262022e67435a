"""What each chart asks, and how its figures are counted, in Indonesian; English comes from the catalogue."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from chassis.pages.texts import N_


class Chart(NamedTuple):
    """`path`: the last part of the page's address."""

    path: str
    question: str
    formula: str


PUBLIC_ONLY: Final = N_(
    "Yang dihitung hanya laporan publik. Laporan rahasia dan laporan dugaan pelanggaran aparatur hanya masuk ke jumlah "
    "nasional, agar tidak dapat ditemukan dengan pengurangan."
)
CHARTS: Final[Mapping[str, Chart]] = {
    "flow": Chart("arus", N_("Berapa yang masuk dan berapa yang ditutup?"), N_(
        "Masuk: laporan menurut hari diterima. Ditutup: laporan yang kini tertutup, menurut hari ditutup. "
        "Laporan yang dibuka lagi tidak dihitung sebagai ditutup, dan laporan yang digabung tidak dihitung "
        "sebagai ditutup."
    )),
    "holders": Chart("pemegang", N_("Siapa yang memegang laporan terbuka?"), N_(
        "Laporan yang diterima dalam rentang itu dan kini tidak tertutup dan tidak digabung, menurut "
        "pemegangnya sekarang."
    )),
    "ages": Chart("umur", N_("Sudah berapa lama laporan terbuka?"), N_(
        "Laporan yang diterima dalam rentang itu dan kini tidak tertutup dan tidak digabung, menurut jumlah "
        "hari kalender sejak diterima."
    )),
    "on-time": Chart("tepat-waktu", N_("Berapa yang tepat waktu?"), N_(
        "Tepat waktu: jawaban pertama diberikan sebelum tenggat penyelesaian menurut peraturan. Terlambat: "
        "jawaban pertama diberikan sesudahnya, atau belum ada jawaban dan tenggatnya sudah lewat. Persentase "
        "= tepat waktu : (tepat waktu + terlambat). Laporan yang tenggatnya belum lewat, yang digabung, dan "
        "yang ditutup tanpa jawaban sebelum tenggat tidak masuk persentase."
    )),
    "waits": Chart("lama-menunggu", N_("Berapa lama menunggu?"), N_(
        "Waktu sejak diterima sampai pertama kali dipegang instansi, sampai pertama kali ditindaklanjuti atau "
        "dijawab, dan sampai jawaban pertama. Dihitung dalam jam penuh, mulai tiga hari dalam hari penuh. "
        "Laporan yang masih menunggu ikut dihitung selama waktu menunggunya (Kaplan-Meier). Median: waktu "
        "ketika separuh tidak menunggu lagi."
    )),
    "returns": Chart("pengembalian", N_("Siapa mengembalikan kepada siapa?"), N_(
        "Pengembalian oleh instansi karena bukan kewenangannya, menurut hari dikembalikan, dan pemegang "
        "berikutnya. Pindah unit di dalam satu instansi tidak dihitung."
    )),
    "endings": Chart("penutupan", N_("Berapa yang ditutup dengan persetujuan pelapor?"), N_(
        "Laporan yang kini tertutup, menurut hari ditutup dan alasannya. Ditutup karena pelapor tidak "
        "menanggapi bukan persetujuan dan tidak pernah dijumlahkan dengannya. Persentase = disetujui : "
        "(disetujui + tanpa tanggapan)."
    )),
    "sectors": Chart("bidang", N_("Bidang apa yang paling banyak dilaporkan?"), N_(
        "Laporan menurut hari diterima dan bidang pelayanan yang ditetapkan sekarang."
    )),
    "regions": Chart("wilayah", N_("Dari mana laporan datang?"), N_(
        "Laporan menurut hari diterima dan wilayah tempat kejadian. Angka tidak dibagi jumlah penduduk."
    )),
}  # fmt: skip
"""By name, in the order in which they are shown."""
