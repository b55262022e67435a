"""Pages of the desk, the arbiter and supervisors."""

from typing import Final

from support.visits.visit import NONE, Visit

DESK: Final = "Dewi Lestari"
SEND: Final = "form:has([value=tempatkan]) .govuk-button >> nth=-1"
FIND: Final = "form:has([value=tempatkan]) [value=cari]"
CITY: Final = ({"#f-cari": "kota bandung"}, FIND)
NOTHING: Final = ({"#f-cari": "Atlantis " * 9}, FIND)
STALE: Final = {"form:has([value=tempatkan]) [name=versi][type=hidden]": "0", "#f-instansi": "check"}
GONE: Final = {"#tempatkan:action": "/meja/{secret}", "#f-instansi": "check"}
ARBITER: Final = "Agus Prasetyo"
DECIDE: Final = "section .govuk-button >> nth=-1"
LAPSED: Final = {
    "[name=versi][type=hidden]": "0",
    "#f-instansi": "check",
    "#f-alasan": "Jalan kota",
    "#f-jangkauan": "check",
}
SEVERAL: Final = {
    "#f-instansi": "check", "#f-alasan": "Jalan kota", "[name=jangkauan][value=lain]": "check", "#f-wilayah": "Bandung",
}  # fmt: skip
COMPARE: Final = "form:has([value=banding]) .govuk-button"
CONTENT: Final = "/meja/aduan-isi"
CONTENT_OF: Final = "/meja/aduan-isi/{complaint}"
HIDE: Final = {"#f-pesan_sembunyikan": "Nomor rumah orang lain disebut."}
OUTDATED: Final = HIDE | {"form:has([value=sembunyikan]) [name=versi][type=hidden]": "0", "#f-sebab": "check"}
VISITS: Final = (
    Visit("meja", "/meja", "/meja", person=DESK),
    Visit("meja-selesai", "/meja", "/meja?berhasil=tempatkan&nomor=SP-2026-000001-8", person=DESK),
    Visit("meja-akhir", "/meja", "/meja?sesudah=999999.00000000-0000-4000-9000-000000000001", person=DESK),
    Visit("meja-satu", "/meja/{complaint}", "/meja/{id}", person=DESK, about="triage"),
    Visit("meja-panjang", "/meja/{complaint}", "/meja/{id}", person=DESK, about="long"),
    Visit("meja-galat", "/meja/{complaint}", "/meja/{id}", person=DESK, about="triage", steps=((NONE, SEND),), status=422),
    Visit("meja-cari", "/meja/{complaint}", "/meja/{id}", person=DESK, about="triage", steps=(CITY,)),
    *(
        Visit(name, "/meja/{complaint}", "/meja/{id}", person=DESK, about=about, steps=((typed, COMPARE),), status=status)
        for name, about, typed, status in (
            ("meja-gabung", "long", {"#f-nomor_utama": "number routed"}, 200),
            ("meja-gabung-tidak-dapat", "triage", {"#f-nomor_utama": "number routed"}, 200),
            ("meja-gabung-galat", "triage", NONE, 422),
        )
    ),
    Visit("meja-tidak-ada", "/meja/{complaint}", "/meja/{id}", person=DESK, about="triage", steps=(NOTHING,)),
    Visit(
        "meja-berubah", "/meja/{complaint}", "/meja/{id}", person=DESK, about="triage", steps=((STALE, SEND),), status=409
    ),
    Visit(
        "meja-didahului", "/meja/{complaint}", "/meja/{id}", person=DESK, about="triage", steps=((GONE, SEND),), status=404
    ),
    Visit("meja-tanpa-laporan", "/meja/{complaint}", "/meja/00000000-0000-4000-9000-000000000001", person=DESK, status=404),
    Visit("aduan-isi", CONTENT, CONTENT, person=DESK),
    Visit(
        "aduan-isi-selesai", CONTENT, person=DESK,
        path=f"{CONTENT}?berhasil=sembunyikan&nomor=SP-2026-000001-8&laporan=00000000-0000-4000-9000-000000000001",
    ),
    Visit("aduan-isi-akhir", CONTENT, f"{CONTENT}?sesudah=999999999999999999", person=DESK),
    Visit("aduan-isi-satu", CONTENT_OF, f"{CONTENT}/{{id}}", person=DESK, about="located"),
    Visit("aduan-isi-tersembunyi", CONTENT_OF, f"{CONTENT}/{{id}}", person=DESK, about="hidden"),
    Visit("aduan-isi-tanpa-aduan", CONTENT_OF, f"{CONTENT}/{{id}}", person=DESK, about="routed"),
    Visit(
        "aduan-isi-galat", CONTENT_OF, f"{CONTENT}/{{id}}", person=DESK, about="located",
        steps=((HIDE, "form:has([value=sembunyikan]) .govuk-button"),), status=422,
    ),
    Visit(
        "aduan-isi-berubah", CONTENT_OF, f"{CONTENT}/{{id}}", person=DESK, about="located",
        steps=((OUTDATED, "form:has([value=sembunyikan]) .govuk-button"),), status=409,
    ),
    Visit("arbiter", "/arbiter", "/arbiter", person=ARBITER),
    Visit("arbiter-selesai", "/arbiter", "/arbiter?berhasil=putusan&nomor=SP-2026-000001-8", person=ARBITER),
    Visit("arbiter-akhir", "/arbiter", "/arbiter?sesudah=999999.00000000-0000-4000-9000-000000000001", person=ARBITER),
    Visit("arbiter-satu", "/arbiter/{complaint}", "/arbiter/{id}", person=ARBITER, about="arbitration"),
    Visit(
        "arbiter-galat", "/arbiter/{complaint}", "/arbiter/{id}", person=ARBITER, about="arbitration",
        steps=((NONE, DECIDE),), status=422,
    ),
    Visit(
        "arbiter-wilayah", "/arbiter/{complaint}", "/arbiter/{id}", person=ARBITER, about="arbitration",
        steps=((SEVERAL, DECIDE),), status=422,
    ),
    Visit(
        "arbiter-berubah", "/arbiter/{complaint}", "/arbiter/{id}", person=ARBITER, about="arbitration",
        steps=((LAPSED, DECIDE),), status=409,
    ),
    Visit("preseden", "/preseden", "/preseden", person=ARBITER),
    Visit("preseden-tidak-ada", "/preseden", "/preseden?bidang=roads&kata=atlantis", person=ARBITER),
    Visit("pengawas", "/pengawas", "/pengawas", person="Rina Hapsari"),
    Visit("pengawas-ombudsman", "/pengawas", "/pengawas?jenjang=3", person=ARBITER),
    Visit("pengawas-kota", "/pengawas", "/pengawas", person="Sari Wulandari"),
    Visit("meja-dilarang", "/meja", "/meja", person="Tono Wijaya", status=403),
)  # fmt: skip
