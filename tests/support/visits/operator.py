"""Pages of the operator."""

from typing import Final

from support.visits.visit import NONE, Visit

OPERATOR: Final = "Tono Wijaya"
ONE: Final = "/operator/instansi/{agency}"
GIVE: Final = ".folds details:has([value=beri]) .govuk-button"
NEW: Final = "main form .govuk-button"
DAYS_OFF: Final = "/operator/kalender/tetapkan"
PERIODS: Final = "/operator/kebijakan/tetapkan"
WEEK: Final = "\n".join(f"2026-12-{day:02} Hari Uji" for day in range(7, 12))
"""Days off on which dates of the stage's reports fall."""
VISITS: Final[tuple[Visit, ...]] = (
    Visit("operator", "/operator", "/operator", person=OPERATOR),
    Visit(
        "operator-jam-galat", "/operator", "/operator", person=OPERATOR, steps=((NONE, "main form .govuk-button"),),
        status=422,
    ),
    Visit("operator-akses", "/operator/akses", "/operator/akses", person=OPERATOR),
    Visit("operator-akses-akhir", "/operator/akses", "/operator/akses?sesudah=zzz", person=OPERATOR),
    Visit("operator-surat-mati", "/operator/surat-mati", "/operator/surat-mati", person=OPERATOR),
    Visit("operator-instansi", "/operator/instansi", "/operator/instansi", person=OPERATOR),
    Visit("operator-instansi-tidak-ada", "/operator/instansi", "/operator/instansi?kata=atlantis", person=OPERATOR),
    Visit("operator-instansi-baru", "/operator/instansi-baru", "/operator/instansi-baru", person=OPERATOR),
    Visit(
        "operator-instansi-baru-galat", "/operator/instansi-baru", "/operator/instansi-baru", person=OPERATOR,
        steps=((NONE, NEW),), status=422,
    ),
    Visit("operator-instansi-satu", ONE, "/operator/instansi/kota-bandung", person=OPERATOR),
    Visit(
        "operator-instansi-galat", ONE, "/operator/instansi/kota-bandung", person=OPERATOR, steps=((NONE, GIVE),),
        status=422,
    ),
    Visit(
        "operator-pratinjau", ONE, "/operator/instansi/kota-bandung", person=OPERATOR,
        steps=(({"#f-bidang": "select waste", "#f-dasar": "Perda 1/2026"}, GIVE),),
    ),
    Visit("operator-instansi-tanpa", ONE, "/operator/instansi/atlantis", person=OPERATOR, status=404),
    Visit("operator-kalender", "/operator/kalender", "/operator/kalender", person=OPERATOR),
    Visit("operator-kalender-kosong", "/operator/kalender", "/operator/kalender?sebelum=1", person=OPERATOR),
    Visit("operator-kalender-baru", DAYS_OFF, f"{DAYS_OFF}?tahun=2026", person=OPERATOR),
    Visit("operator-kalender-daerah", DAYS_OFF, f"{DAYS_OFF}?wilayah=51&tahun=2026", person=OPERATOR),
    Visit(
        "operator-kalender-galat", DAYS_OFF, f"{DAYS_OFF}?tahun=2026", person=OPERATOR, steps=((NONE, NEW),), status=422
    ),
    Visit(
        "operator-kalender-pratinjau", DAYS_OFF, f"{DAYS_OFF}?tahun=2026", person=OPERATOR,
        steps=(({"#f-dasar": "SKB 3 Menteri 2026 (perubahan)", "#f-libur": WEEK}, NEW),),
    ),
    Visit(
        "operator-kalender-tetap", DAYS_OFF, f"{DAYS_OFF}?tahun=2035", person=OPERATOR,
        steps=(({"#f-dasar": "SKB 3 Menteri 2035", "#f-libur": "2035-01-01 Tahun Baru Masehi"}, NEW),),
    ),
    Visit("operator-kebijakan", "/operator/kebijakan", "/operator/kebijakan", person=OPERATOR),
    Visit("operator-kebijakan-baru", PERIODS, PERIODS, person=OPERATOR),
    Visit("operator-kebijakan-galat", PERIODS, PERIODS, person=OPERATOR, steps=((NONE, NEW),), status=422),
    Visit(
        "operator-kebijakan-pratinjau", PERIODS, PERIODS, person=OPERATOR,
        steps=(({"#f-mulai": "2099-01-01", "#f-dasar": "PermenPANRB 1/2099", "#f-triage": "2"}, NEW),),
    ),
    Visit("operator-dilarang", "/operator/instansi", "/operator/instansi", person="Dewi Lestari", status=403),
)  # fmt: skip
