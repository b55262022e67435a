"""Pages of the operator."""

from typing import Final

from support.visits.visit import NONE, Visit

OPERATOR: Final = "Tono Wijaya"
ONE: Final = "/operator/instansi/{agency}"
GIVE: Final = ".folds details:has([value=beri]) .govuk-button"
NEW: Final = "main form .govuk-button"
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
    Visit("operator-dilarang", "/operator/instansi", "/operator/instansi", person="Dewi Lestari", status=403),
)  # fmt: skip
