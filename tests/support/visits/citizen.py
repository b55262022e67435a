"""Pages of citizens, and those of signing in."""

from typing import Final

from support.stage_citizen import TREE
from support.visits.visit import NONE, Visit
from support.visits.words import FILED

WORDS: Final = {"#f-isi": FILED[0], "#f-tanggal": "2026-03-01"}
GO: Final = "#laporan > .buttons > .govuk-button >> nth=0"
FOUND: Final = ({"#f-cari_wilayah": "kota bandung"}, "#laporan [value=cari]")
CHOSEN: Final = ({"input[name=wilayah] >> nth=0": "check"}, GO)
STATES: Final = (
    "unplaced", "triage", "routed", "in_progress", "awaiting_reporter", "answered", "arbitration", "joined", "split",
    "solved", "silence", "withdrawal", "erasure", "contact",
)  # fmt: skip
SAME: Final = ({"#f-isi": TREE}, GO)
TO_REVIEW: Final = ((WORDS, GO), FOUND, CHOSEN, ({"#f-nama": "Ani", "#f-surel": "ani@contoh.id"}, GO))
PHOTO: Final = {"#f-berkas": "file:lampu.png"}
"""Fields of files take `file:` and a name."""
VISITS: Final = (
    Visit("beranda", "/", "/"),
    Visit("lacak", "/lacak", "/lacak"),
    Visit("lacak-nomor", "/lacak", "/lacak?nomor=SP-2026-000001-8"),
    Visit("lacak-galat", "/lacak", "/lacak", steps=(({"#f-kode": "7K3M"}, "main form button"),), status=422),
    *(Visit(f"lacak-{state}", "/lacak/{key}", "/lacak/{number}", opens=state) for state in STATES),
    Visit("lacak-panjang", "/lacak/{key}", "/lacak/{number}", opens="long"),
    Visit("lacak-terabaikan", "/lacak/{key}", "/lacak/{number}", opens="neglected"),
    Visit("lacak-rahasia", "/lacak/{key}", "/lacak/{number}", opens="secret"),
    Visit("lacak-berhasil", "/lacak/{key}", "/lacak/{number}?berhasil=keterangan", opens="in_progress"),
    Visit(
        "lacak-sanggahan-galat", "/lacak/{key}", "/lacak/{number}", opens="answered",
        steps=((NONE, "form:has([value=sanggahan]) button"),), status=422,
    ),
    Visit("lacak-tidak-ada", "/lacak/{key}", "/lacak/7K3M-9QX2A-TB4C9", status=422),
    Visit("lapor-1", "/lapor", "/lapor"),
    Visit("lapor-1-galat", "/lapor", "/lapor", steps=((NONE, GO),), status=422),
    Visit("lapor-2", "/lapor", "/lapor", steps=((WORDS, GO),)),
    Visit("lapor-2-wilayah", "/lapor", "/lapor", steps=((WORDS, GO), FOUND)),
    Visit("lapor-2-tidak-ada", "/lapor", "/lapor", steps=((WORDS, GO), ({"#f-cari_wilayah": "Atlantis"}, FOUND[1]))),
    Visit(
        "lapor-2-peta", "/lapor", "/lapor",
        steps=((WORDS, GO), FOUND, ({"input[name=wilayah] >> nth=0": "check", "#f-pin": "-7.25, 112.75"}, "[value=peta-tunjuk]")),
    ),
    Visit("lapor-2-laut", "/lapor", "/lapor", steps=((WORDS, GO), ({"#f-pin": "-20, 100"}, "[value=peta-tunjuk]"))),
    Visit("lapor-2-titik-galat", "/lapor", "/lapor", steps=((WORDS, GO), ({"#f-pin": "dekat pasar"}, GO)), status=422),
    Visit("lapor-luring", "/lapor/luring", "/lapor/luring"),
    Visit("draf", "/draf", "/draf"),
    Visit("lapor-3", "/lapor", "/lapor", steps=((WORDS, GO), FOUND, CHOSEN)),
    Visit("lapor-tinjau", "/lapor", "/lapor", steps=((WORDS, GO), FOUND, CHOSEN, ({"#f-nama": "Ani " * 20}, GO))),
    Visit(
        "lapor-terkirim", "/lapor/terkirim/{key}", "/lapor",
        steps=((WORDS, GO), FOUND, CHOSEN, ({"#f-nama": "Ani"}, GO), (NONE, ".govuk-button[value=kirim]")),
    ),
    Visit("lapor-tempat-tidak-tahu", "/lapor", "/lapor", steps=((WORDS, GO), (NONE, "[value=tidak_tahu]"))),
    Visit("lapor-mirip", "/lapor", "/lapor", steps=(SAME, FOUND, CHOSEN)),
    Visit(
        "lapor-didukung", "/lapor/didukung/{key}", "/lapor",
        steps=(SAME, FOUND, CHOSEN, (NONE, "[value^='dukung:']")),
    ),
    Visit("lapor-tinjau-foto", "/lapor", "/lapor", steps=(*TO_REVIEW, (PHOTO, "[value=berkas]"))),
    Visit(
        "lapor-tinjau-foto-galat", "/lapor", "/lapor",
        steps=(*TO_REVIEW, ({"#f-berkas": "file:program.exe"}, "[value=berkas]")), status=422,
    ),
    Visit("lapor-tinjau-dihapus", "/lapor", "/lapor", steps=(*TO_REVIEW, (NONE, "[value=sembunyikan]"))),
    Visit(
        "lapor-terkirim-berkas", "/lapor/terkirim/{key}", "/lapor",
        steps=(*TO_REVIEW, (PHOTO, "[value=berkas]"),
               ({"#f-berkas": "file:program.exe"}, ".govuk-button[value=kirim]")),
    ),
    Visit("tentang", "/tentang", "/tentang"),
    Visit("lacak-berkas", "/lacak/{key}", "/lacak/{number}?berhasil=berkas&gagal=2-type", opens="contact"),
    Visit("lacak-cetak", "/lacak/{key}/cetak", "/lacak/{number}/cetak", opens="contact"),
    Visit("lacak-cetak-selesai", "/lacak/{key}/cetak", "/lacak/{number}/cetak", opens="solved"),
    Visit(
        "lacak-data", "/lacak/{key}/data", "/lacak/{number}", opens="contact",
        steps=((NONE, "form:has([value=data]) button"),),
    ),
    Visit("lacak-kode-hilang", "/lacak/kode-hilang", "/lacak/kode-hilang?nomor=SP-2026-000001-8"),
    Visit("lacak-kode-hilang-terkirim", "/lacak/kode-hilang", "/lacak/kode-hilang?terkirim=true"),
    Visit(
        "lacak-kode-hilang-galat", "/lacak/kode-hilang", "/lacak/kode-hilang",
        steps=((NONE, "main form .govuk-button"),), status=422,
    ),
    Visit("keluar", "/keluar", "/keluar"),
    Visit("masuk-kedaluwarsa", "/masuk/kembali", "/masuk/kembali?state=x", status=400),
    Visit("saya", "/saya", "/saya", person="Maya Anggraini"),
)  # fmt: skip
