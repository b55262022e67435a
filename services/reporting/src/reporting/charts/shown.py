"""A chart as a page shows it: the sentence that answers its question, what is drawn, and the table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from chassis.pages.charts import Points
from chassis.pages.dates import MONTHS
from chassis.pages.map import Map, choropleth
from chassis.pages.render import number
from chassis.pages.texts import N_
from reporting.charts.names import PAGES, STEPS_NAMED, Namer
from reporting.statistics.cells import FINE_HOURS
from reporting.statistics.figures import LEAST_CASES, MILESTONES, Figures, Question

MOST_BARS: Final = 12
MOST_ROWS: Final = 100
"""Of the table; the CSV has all."""
LONGEST_DAYS: Final = 30
"""Of the curves of waiting."""


class Shown(NamedTuple):
    """`kind`: lines, bars, curve, grid (its pairs are `bars`), map or none. `caption`: what the drawing shows, with its
    unit.
    """

    sentence: str
    kind: str
    caption: str
    head: list[str]
    rows: list[list[str]]
    steps: Sequence[str] = ()
    series: Sequence[tuple[str, Any]] = ()
    bars: Sequence[tuple[Any, ...]] = ()
    marks: Sequence[tuple[float, str]] = ()
    drawn: Map | None = None
    top: float = 0
    suffix: str = ""
    more: bool = False
    """The table leaves rows out."""


class Telling(NamedTuple):
    """What builders use. `address`: of the page of a filter."""

    namer: Namer
    asked: Question
    address: Callable[[Mapping[str, str]], str]

    def say(self, message: str, **values: Any) -> str:
        return PAGES.text(message, self.namer.lang, **{name: self.show(value) for name, value in values.items()})

    def show(self, value: Any) -> str:
        return number(value, self.namer.lang) if isinstance(value, int | float) else str(value)

    def percent(self, value: float) -> str:
        return f"{value:.1f}".replace(".", "," if self.namer.lang == "id" else ".")

    def period(self, day: date) -> str:
        """`7 Mar 2026`, or `Mar 2026` for a month."""
        said = plain_day(day, self.namer.lang)
        return said.partition(" ")[2] if self.asked.step == "month" else said

    def duration(self, hours: int) -> str:
        if hours < 1:
            return self.say(N_("kurang dari satu jam"))
        if hours < FINE_HOURS:
            return self.say(N_("%(n)s jam"), n=hours)
        return self.say(N_("%(n)s hari"), n=hours // 24)


NOTHING: Final = N_("Belum ada laporan publik dalam pilihan ini. Perpanjang rentang waktunya atau hapus saringan.")
FEW: Final = N_("Baru ada %(n)s laporan. Persentase dan median ditampilkan mulai 10 laporan; jumlahnya ada di tabel.")


def plain_day(day: date, lang: str) -> str:
    """`7 Mar 2026`."""
    return f"{day.day} {MONTHS[lang].split(',')[day.month - 1]} {day.year}"


def shown(name: str, figures: Figures, telling: Telling) -> Shown:
    """The chart of that name."""
    return BUILDERS[name](figures, telling)._replace(more=len(figures.rows) > MOST_ROWS and name != "waits")


def _flow(figures: Figures, tell: Telling) -> Shown:
    filed, closed = figures.totals["filed"], figures.totals["closed"]
    sentence = tell.say(N_("Masuk %(filed)s laporan, ditutup %(closed)s."), filed=filed, closed=closed)
    head = [tell.say(N_("Periode")), tell.say(N_("Laporan masuk")), tell.say(N_("Laporan ditutup"))]
    rows = [[tell.period(row[0]), *map(tell.show, row[1:])] for row in figures.rows]
    if not filed and not closed:
        return Shown(tell.say(NOTHING), "none", "", head, rows)
    series = [(head[at], [row[at] for row in figures.rows]) for at in (1, 2)]
    return Shown(sentence, "lines", _per(tell), head, rows, [row[0] for row in rows], series)


PER: Final = {
    "day": N_("Laporan per hari"), "week": N_("Laporan per minggu"), "month": N_("Laporan per bulan"),
}  # fmt: skip


def _per(tell: Telling) -> str:
    return tell.say(PER[tell.asked.step])


def _holders(figures: Figures, tell: Telling) -> Shown:
    head = [tell.say(N_("Pemegang")), tell.say(N_("Laporan terbuka"))]
    pairs = [(tell.namer.holder(code), n) for code, n in figures.rows[:MOST_ROWS]]
    said = N_("%(open)s laporan terbuka. Terbanyak ada pada: %(name)s, %(most)s.")
    return _ranked(tell, head, pairs, said, len(figures.rows), open=figures.totals["open"])


def _sectors(figures: Figures, tell: Telling) -> Shown:
    head = [tell.say(N_("Bidang")), tell.say(N_("Laporan"))]
    pairs = [(tell.namer.of("sector", code), n) for code, n in figures.rows[:MOST_ROWS]]
    said = N_("Dari %(filed)s laporan, bidang terbanyak: %(name)s, %(most)s.")
    return _ranked(tell, head, pairs, said, len(figures.rows), filed=figures.totals["filed"])


def _ranked(
    tell: Telling, head: list[str], pairs: Sequence[tuple[Any, int]], said: str, count: int, **total: int
) -> Shown:
    """`pairs`: the first of `count` rows; `total`: the sum of all, by its name in `said`."""
    rows = [[str(name), tell.show(n)] for name, n in pairs]
    if not pairs:
        return Shown(tell.say(NOTHING), "none", "", head, rows)
    bars = [*pairs[:MOST_BARS], *_rest(tell, pairs, count, *total.values())]
    sentence = tell.say(said, name=pairs[0][0], most=pairs[0][1], **total)
    return Shown(sentence, "bars", head[1], head, rows, bars=bars)


def _rest(tell: Telling, pairs: Sequence[tuple[Any, int]], count: int, total: int) -> list[tuple[str, int]]:
    """One bar for all that have none of their own."""
    if count <= MOST_BARS:
        return []
    return [(tell.say(N_("%(n)s lainnya"), n=count - MOST_BARS), total - sum(n for _, n in pairs[:MOST_BARS]))]


def _ages(figures: Figures, tell: Telling) -> Shown:
    head = [tell.say(N_("Umur")), tell.say(N_("Laporan terbuka"))]
    pairs = [(_age(tell, low, high), n) for low, high, n in figures.rows]
    rows = [[name, tell.show(n)] for name, n in pairs]
    total, old = figures.totals["open"], figures.totals["older_than_30_days"]
    if not total:
        return Shown(tell.say(NOTHING), "none", "", head, rows)
    said = N_("%(old)s dari %(open)s laporan terbuka sudah lebih dari 30 hari.")
    return Shown(tell.say(said, old=old, open=total), "bars", head[1], head, rows, bars=pairs)


def _age(tell: Telling, low: int, high: int | None) -> str:
    if high is None:
        return tell.say(N_("lebih dari %(low)s hari"), low=low - 1)
    return tell.say(N_("%(low)s sampai %(high)s hari"), low=low, high=high)


def _on_time(figures: Figures, tell: Telling) -> Shown:
    texts = (N_("Periode"), N_("Tepat waktu"), N_("Terlambat"), N_("Belum jatuh tempo"), N_("Tepat waktu, persen"))
    head = [tell.say(text) for text in texts]
    few = tell.say(N_("di bawah 10 laporan"))
    rows = [
        [tell.period(row[0]), *map(tell.show, row[1:4]), few if row[4] is None else tell.percent(row[4])]
        for row in figures.rows
    ]
    good, late, waiting, percent = (figures.totals[each] for each in ("on_time", "late", "waiting", "on_time_percent"))
    if not good + late + waiting:
        return Shown(tell.say(NOTHING), "none", "", head, rows)
    if percent is None:
        pairs = [(head[1], good), (head[2], late), (head[3], waiting)]
        return Shown(tell.say(FEW, n=good + late), "bars", tell.say(N_("Laporan")), head, rows, bars=pairs)
    said = N_("%(percent)s persen tepat waktu: %(good)s tepat waktu, %(late)s terlambat.")
    values = [row[4] for row in figures.rows]
    return Shown(
        tell.say(said, percent=tell.percent(percent), good=good, late=late), "lines",
        tell.say(N_("Persen tepat waktu, menurut hari diterima; hanya bagian dengan 10 laporan atau lebih")),
        head, rows, [row[0] for row in rows], [(head[1], values)], top=100, suffix=" %",
    )  # fmt: skip


def _waits(figures: Figures, tell: Telling) -> Shown:
    head = [tell.say(text) for text in (N_("Sampai"), N_("Laporan"), N_("Sudah"), N_("Median"))]
    totals = figures.totals
    counted = {name: [tell.show(totals[f"{name}_{what}"]) for what in ("cases", "reached")] for name in MILESTONES}
    rows = [[_short(tell, name), *counted[name], median_wait(tell, totals, name)] for name in MILESTONES]
    cases = totals["answered_cases"]
    if cases < LEAST_CASES:
        return Shown(tell.say(FEW, n=cases) if cases else tell.say(NOTHING), "none", "", head, rows)
    said = N_(
        "Waktu sampai separuh laporan dipegang instansi: %(placed)s; ditindaklanjuti: %(begun)s; dijawab: %(answered)s."
    )
    sentence = tell.say(said, **{name: median_wait(tell, totals, name) for name in MILESTONES})
    series, marks = _curves(figures, tell)
    caption = tell.say(N_("Persen laporan yang masih menunggu, menurut lama sejak diterima"))
    return Shown(sentence, "curve", caption, head, rows, series=series, marks=marks, top=100, suffix=" %")


def _short(tell: Telling, name: str) -> str:
    return tell.say(STEPS_NAMED[name])


def median_wait(tell: Telling, totals: Mapping[str, Any], name: str) -> str:
    """The median until this milestone; in words, why there is none."""
    if totals[f"{name}_cases"] < LEAST_CASES:
        return tell.say(N_("di bawah 10 laporan"))
    hours = totals[f"{name}_median_hours"]
    return tell.say(N_("waktu yang belum tercapai")) if hours is None else tell.duration(hours)


def _curves(figures: Figures, tell: Telling) -> tuple[list[tuple[str, Points]], list[tuple[float, str]]]:
    """Steps downwards from all; the axis ends where the last curve does, after 30 days at most."""
    longest = max((row[1] for row in figures.rows), default=24)
    days = min(LONGEST_DAYS, max(1, -(-longest // 24)))
    series = [(_short(tell, name), _curve(figures, name, days * 24)) for name in MILESTONES]
    count = min(2, days)
    marks = [(at / count, tell.say(N_("%(n)s hari"), n=round(days * at / count))) for at in range(count + 1)]
    return [each for each in series if each[1]], marks


def _curve(figures: Figures, name: str, end: int) -> Points:
    points: list[tuple[float, float | None]] = [(0.0, 100.0)]
    for _, hours, _, _, waiting in (row for row in figures.rows if row[0] == name and row[1] <= end):
        points += [(hours / end, points[-1][1]), (hours / end, 100 * waiting)]
    return [*points, (1.0, points[-1][1])] if len(points) > 1 else []


def _returns(figures: Figures, tell: Telling) -> Shown:
    head = [tell.say(N_("Dikembalikan oleh")), tell.say(N_("Pemegang berikutnya")), tell.say(N_("Kali"))]
    named = [(tell.namer.of("from", who), tell.namer.of("to", to), n) for who, to, n in figures.rows[:MOST_ROWS]]
    rows = [[str(who), str(to), tell.show(n)] for who, to, n in named]
    if not named:
        return Shown(tell.say(N_("Tidak ada laporan yang dikembalikan dalam pilihan ini.")), "none", "", head, rows)
    said = N_("%(all)s kali laporan dikembalikan. Paling sering: %(who)s kepada %(to)s, %(most)s kali.")
    sentence = tell.say(said, all=figures.totals["returns"], who=named[0][0], to=named[0][1], most=named[0][2])
    every = [(str(tell.namer.of("from", who)), str(tell.namer.of("to", to)), n) for who, to, n in figures.rows]
    caption = tell.say(N_("Pengembalian: dari siapa kepada siapa"))
    return Shown(sentence, "grid", caption, head, rows, bars=every)


def _endings(figures: Figures, tell: Telling) -> Shown:
    head = [tell.say(N_("Cara ditutup")), tell.say(N_("Laporan"))]
    pairs = [(tell.namer.of("reason", code), n) for code, n in figures.rows]
    rows = [[str(name), tell.show(n)] for name, n in pairs]
    if not pairs:
        return Shown(tell.say(N_("Tidak ada laporan yang ditutup dalam pilihan ini.")), "none", "", head, rows)
    agreed, silent, percent = (figures.totals[each] for each in ("confirmed", "silence", "confirmed_percent"))
    said = N_(
        "Disetujui pelapor: %(agreed)s. Ditutup karena pelapor tidak menanggapi: %(silent)s. Diam bukan persetujuan."
    )
    sentence = tell.say(said, agreed=agreed, silent=silent)
    if percent is not None:
        rate = N_("Dari keduanya, %(percent)s persen disetujui pelapor.")
        sentence = f"{sentence} {tell.say(rate, percent=tell.percent(percent))}"
    return Shown(sentence, "bars", head[1], head, rows, bars=pairs)


def _regions(figures: Figures, tell: Telling) -> Shown:
    head = [tell.say(N_("Wilayah")), tell.say(N_("Laporan"))]
    pairs = [(tell.namer.region(code), n) for code, n in figures.rows[:MOST_ROWS]]
    said = N_("Dari %(filed)s laporan, wilayah terbanyak: %(name)s, %(most)s.")
    made = _ranked(tell, head, pairs, said, len(figures.rows), filed=figures.totals["filed"])
    province = (tell.asked.wanted.region or "")[:2]
    if made.kind == "none" or len(tell.asked.wanted.region or "") > len(province):
        return made
    values = {str(code): float(n) for code, n in figures.rows if code}
    drawn = choropleth(values, within=province, link=lambda code: tell.address({"wilayah": code}))
    return made._replace(kind="map", drawn=drawn)


BUILDERS: Final[Mapping[str, Callable[[Figures, Telling], Shown]]] = {
    "flow": _flow, "holders": _holders, "ages": _ages, "on-time": _on_time, "waits": _waits, "returns": _returns,
    "endings": _endings, "sectors": _sectors, "regions": _regions,
}  # fmt: skip
