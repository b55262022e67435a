"""Pages of officers."""

from typing import Final

from support.stage import ANSWER
from support.visits.visit import NONE, Visit
from support.visits.words import FILED

OFFICER: Final = "Sari Wulandari"
NOBODY_HERE: Final = "Budi Santoso"
"""An officer of a unit that has no case."""
CASE: Final = "/petugas/{complaint:uuid}"
TEMPLATES: Final = "/petugas/templat"
NOW: Final = {"#pilihan input[name=laporan] >> nth=0": "check"}


def one(name: str, about: str, *steps: tuple[dict[str, str], str], status: int = 200) -> Visit:
    """A state of the case page."""
    return Visit(name, CASE, "/petugas/{id}", person=OFFICER, about=about, steps=steps, status=status)


SEARCHED: Final = (({"#f-cari": "pasar"}, ".office-search button"),)
NOT_FOUND: Final = (({"#f-cari": "Atlantis"}, ".office-search button"),)
STALE: Final = {"#jawab [name=dilihat][type=hidden]": "0", "#f-jawaban": ANSWER}
TEMPLATE: Final = {"#f-nama": "Lampu diganti", "#f-kata": "{nomor} {tanggal}"}
WRONG: Final = {"#f-nama": "Lampu", "#f-kata": "{} Lampu"}
FILING: Final = {"#f-isi": FILED[0], "#f-cari_wilayah": "kota bandung", "#f-nama": "Ani " * 20}
VISITS: Final = (
    Visit("petugas", "/petugas", "/petugas", person=OFFICER),
    Visit("petugas-kosong", "/petugas", "/petugas", person=NOBODY_HERE),
    Visit("petugas-ditutup", "/petugas", "/petugas?status=closed", person=OFFICER),
    Visit("petugas-saringan", "/petugas", "/petugas?tenggat=terlambat&status=routed", person=OFFICER),
    Visit("petugas-saringan-kosong", "/petugas", "/petugas?bidang=atlantis", person=OFFICER),
    Visit("petugas-akhir", "/petugas", "/petugas?sesudah=WzI1MzQwMjIxNDQwMDAwMDAwMCwgIjAwMDAwMDAwLTAwMDAtNDAwMC05MDAwLTAwMDAwMDAwMDAwMSJd",
          person=OFFICER),
    Visit("petugas-cari", "/petugas", "/petugas", person=OFFICER, steps=SEARCHED),
    Visit("petugas-cari-kosong", "/petugas", "/petugas", person=OFFICER, steps=NOT_FOUND),
    Visit("petugas-hasil", "/petugas", "/petugas?status=answered", person=OFFICER,
          steps=((NOW, "button[value=terima]"),)),
    Visit("petugas-tugaskan", "/petugas", "/petugas", person=OFFICER, steps=((NOW, "button[value=tugaskan]"),)),
    Visit("petugas-tidak-dicentang", "/petugas", "/petugas", person=OFFICER, steps=((NONE, "button[value=terima]"),)),
    Visit("petugas-tampilan-galat", "/petugas", "/petugas?status=routed", person=OFFICER, status=422,
          steps=((NONE, "form:has(#f-nama) button"),)),
    Visit("petugas-dilarang", "/petugas", "/petugas", person="Tono Wijaya", status=403),
    *(one(f"kasus-{state}", state) for state in
      ("routed", "in_progress", "awaiting_reporter", "answered", "noted", "late", "neglected", "secret", "wide")),
    one("kasus-foto", "photo"),
    one("kasus-foto-dilihat", "photo", (NONE, "form:has([value=perlihatkan]) button")),
    # After it, the photo is as it was for the next walk.
    one("kasus-foto-ditarik", "photo", (NONE, "form:has([value=tarik]) button")),
    one("kasus-peta", "located"),
    one("kasus-beralih", "arbitration"),
    one("kasus-galat", "in_progress", (NONE, "#jawab .buttons button"), status=422),
    one("kasus-berubah", "in_progress", (STALE, "#jawab .buttons button"), status=409),
    one("kasus-catatan-galat", "noted", (NONE, "form:has([value=catatan]) button"), status=422),
    Visit("kasus-tidak-ada", CASE, "/petugas/00000000-0000-4000-9000-000000000001", person=OFFICER, status=404),
    Visit("kasus-bukan-milik", CASE, "/petugas/{id}", person=NOBODY_HERE, about="routed", status=404),
    Visit("lampiran-tidak-ada", CASE + "/lampiran/{attachment:uuid}",
          "/petugas/{id}/lampiran/00000000-0000-4000-9000-000000000001", person=OFFICER, about="routed", status=404),
    Visit("templat-kosong", TEMPLATES, TEMPLATES, person=NOBODY_HERE),
    Visit("templat", TEMPLATES, TEMPLATES, person=OFFICER, steps=((TEMPLATE, "#tulis .buttons button"),)),
    Visit("templat-galat", TEMPLATES, TEMPLATES, person=OFFICER, status=422, steps=((WRONG, "#tulis .buttons button"),)),
    Visit("templat-hapus", TEMPLATES, TEMPLATES, person=OFFICER, steps=((NONE, "a[href*='hapus=']"),)),
    # After it, the name is free for the next walk.
    Visit("templat-dihapus", TEMPLATES, TEMPLATES, person=OFFICER, steps=((NONE, "a[href*='hapus=']"), (NONE, "form:has([value=hapus]) button"))),
    Visit("templat-hapus-lama", TEMPLATES, TEMPLATES + "?hapus=00000000-0000-4000-9000-000000000001", person=OFFICER, status=404),
    Visit("tenggat", "/petugas/tenggat", "/petugas/tenggat", person=OFFICER),
    Visit("tenggat-kosong", "/petugas/tenggat", "/petugas/tenggat", person=NOBODY_HERE),
    Visit("unit", "/petugas/unit", "/petugas/unit", person=OFFICER),
    Visit("unit-kosong", "/petugas/unit", "/petugas/unit", person="Wati Kartika"),
    Visit("loket", "/petugas/lapor", "/petugas/lapor", person=OFFICER),
    Visit("loket-galat", "/petugas/lapor", "/petugas/lapor", person=OFFICER, status=422,
          steps=((NONE, "main form > .buttons button"),)),
    Visit("loket-wilayah", "/petugas/lapor", "/petugas/lapor", person=OFFICER, steps=((FILING, "[value=cari]"),)),
    Visit("loket-terkirim", "/petugas/lapor/{key}", "/petugas/lapor", person=OFFICER,
          steps=(({"#f-isi": FILED[0]}, "main form > .buttons button"),)),
)  # fmt: skip
