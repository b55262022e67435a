"""The figures of one agency in a few lines, counted as in the charts."""

from chassis.pages.texts import N_
from reporting.charts.asked import Asked
from reporting.charts.http import answers
from reporting.charts.names import PAGES, Namer
from reporting.charts.shown import Telling, median_wait
from reporting.context import Reporting
from reporting.statistics.figures import LEAST_CASES
from schemas.registry.fold import Registry


async def in_short(context: Reporting, registry: Registry, agency: str, lang: str) -> list[tuple[str, str]]:
    """Names and values, of the public reports of the last year; empty: there are none."""
    [ages, timely, waits], put, _, _ = await answers(context, ("ages", "on-time", "waits"), Asked(agency=agency))
    tell = Telling(Namer(registry, lang), put, lambda _changed: "")
    good, late, waiting, percent = (timely.totals[each] for each in ("on_time", "late", "waiting", "on_time_percent"))
    if not ages.totals["open"] + good + late + waiting:
        return []
    few = PAGES.text(N_("di bawah 10 laporan"), lang)
    rate = few if percent is None else PAGES.text(N_("%(percent)s persen"), lang, percent=tell.percent(percent))
    wait = PAGES.text(N_("belum tercapai"), lang)
    if waits.totals["answered_cases"] < LEAST_CASES or waits.totals["answered_median_hours"] is not None:
        wait = median_wait(tell, waits.totals, "answered")
    values = (
        (N_("Laporan terbuka"), tell.show(ages.totals["open"])),
        (N_("Dijawab tepat waktu"), rate),
        (N_("Median sampai dijawab"), wait),
    )
    return [(PAGES.text(name, lang), value) for name, value in values]
