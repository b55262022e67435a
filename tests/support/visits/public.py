"""Public pages."""

from datetime import date
from typing import Final

from schemas.base.ids import public_number
from support.stage_figures import NEW
from support.visits.visit import NONE, Visit

MISSING: Final = public_number(date(2026, 1, 1), 999_999)
SEARCH: Final = "main [role=search] .govuk-button >> nth=0"
VISITS: Final[tuple[Visit, ...]] = (
    Visit("laporan", "/laporan", "/laporan"),
    Visit("laporan-saring", "/laporan", "/laporan?provinsi=32&wilayah=32.73&status=open"),
    Visit("laporan-cari", "/laporan", "/laporan", steps=(({"#f-kata": "lampu pasar"}, SEARCH),)),
    Visit("laporan-kosong", "/laporan", "/laporan?kata=gajah"),
    Visit("laporan-galat", "/laporan", "/laporan?sejak=kemarin&bidang=gajah", status=422),
    Visit("laporan-instansi", "/laporan", "/laporan?instansi=kota-bandung"),
    Visit("laporan-peta", "/laporan", "/laporan?tampil=peta"),
    Visit("laporan-peta-provinsi", "/laporan", "/laporan?tampil=peta&provinsi=32"),
    Visit("laporan-peta-kota", "/laporan", "/laporan?tampil=peta&provinsi=32&wilayah=32.73"),
    Visit("laporan-peta-kosong", "/laporan", "/laporan?tampil=peta&kata=gajah"),
    Visit("laporan-dijawab", "/laporan/{nomor}", "/laporan/{number}", opens="answered"),
    Visit("laporan-diteruskan", "/laporan/{nomor}", "/laporan/{number}", opens="routed"),
    Visit("laporan-ditutup", "/laporan/{nomor}", "/laporan/{number}", opens="closed"),
    Visit("laporan-terabaikan", "/laporan/{nomor}", "/laporan/{number}", opens="neglected"),
    Visit("laporan-panjang", "/laporan/{nomor}", "/laporan/{number}", opens="long_placed"),
    Visit("laporan-letak", "/laporan/{nomor}", "/laporan/{number}", opens="located"),
    Visit("laporan-disembunyikan", "/laporan/{nomor}", "/laporan/{number}", opens="hidden", status=410),
    Visit("laporan-tidak-ada", "/laporan/{nomor}", f"/laporan/{MISSING}", status=404),
    Visit("laporan-salah", "/laporan/{nomor}", "/laporan/bukan-nomor", status=422),
    Visit(
        "laporan-dukung", "/laporan/{nomor}", "/laporan/{number}", opens="in_progress",
        steps=((NONE, "form[action$=dukung] button"),),
    ),
    Visit("adukan", "/laporan/{nomor}/adukan", "/laporan/{number}/adukan", opens="answered"),
    Visit(
        "adukan-galat", "/laporan/{nomor}/adukan", "/laporan/{number}/adukan", opens="answered",
        steps=((NONE, "main form button"),), status=422,
    ),
    Visit(
        "adukan-terkirim", "/laporan/{nomor}/adukan", "/laporan/{number}/adukan", opens="answered",
        steps=(({"input[name=sebab] >> nth=5": "check"}, "main form button"),),
    ),
    Visit("ikuti", "/laporan/{nomor}/ikuti", "/laporan/{number}/ikuti", opens="answered"),
    Visit(
        "ikuti-galat", "/laporan/{nomor}/ikuti", "/laporan/{number}/ikuti", opens="answered",
        steps=(({"#f-surel": "bukan surel"}, "main form button"),), status=422,
    ),
    Visit(
        "ikuti-terkirim", "/laporan/{nomor}/ikuti/kode", "/laporan/{number}/ikuti", opens="answered",
        steps=(({"#f-surel": "tetangga@contoh.id"}, "main form button"),),
    ),
    Visit(
        "ikuti-kode-galat", "/laporan/{nomor}/ikuti/kode", "/laporan/{number}/ikuti/kode", opens="answered",
        steps=(({"#f-kode": "7K3M"}, "main form button"),), status=422,
    ),
    Visit("instansi", "/instansi", "/instansi"),
    Visit("instansi-kosong", "/instansi", "/instansi?nama=gajah"),
    Visit("instansi-satu", "/instansi/{agency}", "/instansi/kota-bandung"),
    Visit("instansi-tanpa-laporan", "/instansi/{agency}", f"/instansi/{NEW}"),
    Visit("terabaikan", "/terabaikan", "/terabaikan"),
    Visit("terabaikan-kosong", "/terabaikan", "/terabaikan?instansi=pln"),
)  # fmt: skip
