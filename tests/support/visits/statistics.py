"""Pages of figures."""

from typing import Final

from reporting.charts.formulas import CHARTS
from support.visits.visit import Visit

ROUTE: Final = "/statistik/{nama}"
NOTHING: Final = "dari=2001-01-01&sampai=2001-02-01"
FEW: Final = "instansi=kota-bandung&wilayah=32.73"
VISITS: Final = (
    Visit("statistik", "/statistik", "/statistik"),
    Visit("statistik-kosong", "/statistik", f"/statistik?{NOTHING}"),
    Visit("statistik-sedikit", "/statistik", f"/statistik?{FEW}"),
    Visit("statistik-galat", "/statistik", "/statistik?dari=kemarin&instansi=Entah&wilayah=99", status=422),
    *(Visit(f"statistik-{chart.path}", ROUTE, f"/statistik/{chart.path}") for chart in CHARTS.values()),
    *(
        Visit(f"statistik-{chart.path}-kosong", ROUTE, f"/statistik/{chart.path}?{NOTHING}")
        for chart in CHARTS.values()
    ),
    Visit("statistik-wilayah-provinsi", ROUTE, "/statistik/wilayah?wilayah=32"),
    Visit("statistik-wilayah-kota", ROUTE, "/statistik/wilayah?wilayah=32.73"),
    Visit("statistik-tepat-waktu-sedikit", ROUTE, f"/statistik/tepat-waktu?{FEW}"),
    Visit("statistik-lama-menunggu-sedikit", ROUTE, f"/statistik/lama-menunggu?{FEW}"),
    Visit("statistik-galat-satu", ROUTE, "/statistik/umur?dari=2026-03-02&sampai=2026-03-01", status=422),
)
