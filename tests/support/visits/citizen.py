"""Pages of citizens, and those of signing in."""

from typing import Final

from support.visits.visit import NONE, Visit
from support.visits.words import FILED

WORDS: Final = {"#f-isi": FILED[0], "#f-tanggal": "2026-03-01"}
GO: Final = "#laporan .buttons .govuk-button >> nth=0"
FOUND: Final = ({"#f-cari_wilayah": "kota bandung"}, "#laporan [value=cari]")
CHOSEN: Final = ({"input[name=wilayah] >> nth=0": "check"}, GO)
STATES: Final = ("unplaced", "triage", "routed", "in_progress", "awaiting_reporter", "answered", "arbitration")
VISITS: Final = (
    Visit("beranda", "/", "/"),
    Visit("lacak", "/lacak", "/lacak"),
    Visit("lacak-nomor", "/lacak", "/lacak?nomor=SP-2026-000001-8"),
    Visit("lacak-galat", "/lacak", "/lacak", steps=(({"#f-kode": "7K3M"}, "main form button"),), status=422),
    *(Visit(f"lacak-{state}", "/lacak/{key}", "/lacak/{number}", opens=state) for state in STATES),
    Visit("lacak-panjang", "/lacak/{key}", "/lacak/{number}", opens="long"),
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
    Visit("lapor-3", "/lapor", "/lapor", steps=((WORDS, GO), FOUND, CHOSEN)),
    Visit("lapor-tinjau", "/lapor", "/lapor", steps=((WORDS, GO), FOUND, CHOSEN, ({"#f-nama": "Ani " * 20}, GO))),
    Visit(
        "lapor-terkirim", "/lapor/terkirim/{key}", "/lapor",
        steps=((WORDS, GO), FOUND, CHOSEN, ({"#f-nama": "Ani"}, GO), (NONE, ".govuk-button[value=kirim]")),
    ),
    Visit("keluar", "/keluar", "/keluar"),
    Visit("masuk-kedaluwarsa", "/masuk/kembali", "/masuk/kembali?state=x", status=400),
    Visit("saya", "/saya", "/saya", person="Maya Anggraini"),
)  # fmt: skip
