"""Dates in words, and the reasons for a date: rule, source, start, skipped days, stops, calendar."""

from datetime import date, datetime
from typing import Final

from schemas.base.values import Clock
from schemas.deadlines.clocks import Due
from schemas.registry.calendars import DEFAULT_ZONE, Calendar, days_between, zone_of

Bilingual = dict[str, str]
"""The same text by language: `id` and `en`."""

ZONES: Final = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
MONTHS: Final = {
    "id": "Januari,Februari,Maret,April,Mei,Juni,Juli,Agustus,September,Oktober,November,Desember",
    "en": "January,February,March,April,May,June,July,August,September,October,November,December",
}
CLOCKS: Final[dict[Clock, Bilingual]] = {
    Clock.PLACE: {"id": "penempatan otomatis", "en": "automatic placement"},
    Clock.FORWARD: {"id": "penerusan ke instansi", "en": "forwarding to an agency"},
    Clock.TRIAGE: {"id": "pemilahan oleh petugas", "en": "sorting by the triage desk"},
    Clock.ACKNOWLEDGE: {"id": "tindak lanjut pertama instansi", "en": "the agency's first follow-up"},
    Clock.SETTLE: {"id": "penyelesaian laporan", "en": "settling the report"},
    Clock.REWORK: {"id": "pengerjaan ulang", "en": "working on it again"},
    Clock.COMPLETION: {"id": "jawaban pelapor atas pertanyaan", "en": "the reporter's answer to the question"},
    Clock.SILENCE: {"id": "tanggapan pelapor atas jawaban", "en": "the reporter's reply to the answer"},
    Clock.ARBITRATION: {"id": "putusan Ombudsman", "en": "the Ombudsman's decision"},
    Clock.DISPUTE: {"id": "penyanggahan penutupan", "en": "disputing the closing"},
    Clock.ERASURE: {"id": "keputusan tentang penghapusan data", "en": "the decision on erasing the data"},
}
STARTS: Final[dict[str, Bilingual]] = {
    "filed_or_given_back": {"id": "laporan masuk ke penempatan", "en": "the report came in to be placed"},
    "referred": {"id": "laporan diserahkan kepada petugas pemilah", "en": "the report was referred to the triage desk"},
    "routed": {"id": "laporan diteruskan kepada instansi", "en": "the report was forwarded to the agency"},
    "received": {"id": "laporan diterima", "en": "the report was received"},
    "disputed_or_bound": {
        "id": "sanggahan pelapor atau putusan Ombudsman",
        "en": "the reporter disputed or the Ombudsman decided",
    },
    "asked": {"id": "pertanyaan diajukan kepada pelapor", "en": "the reporter was asked"},
    "answered": {"id": "jawaban instansi disampaikan", "en": "the agency's answer was given"},
    "arbitration_opened": {"id": "perkara diserahkan kepada Ombudsman", "en": "the case went to the Ombudsman"},
    "closed": {"id": "laporan ditutup", "en": "the report was closed"},
    "erasure_requested": {"id": "pelapor meminta datanya dihapus", "en": "the reporter asked for erasure"},
    "told": {"id": "pelapor menjawab pertanyaan", "en": "the reporter answered the question"},
    "taken_over": {
        "id": "laporan diambil alih dari instansi yang sudah tidak ada",
        "en": "it was taken over from an agency that no longer exists",
    },
}
SURENESS: Final[dict[str, Bilingual]] = {
    "A": {"id": "dibaca dalam sumber resmi", "en": "read in an official source"},
    "B": {"id": "menurut sumber kedua", "en": "by a secondary source"},
    "C": {"id": "masih perlu dipastikan", "en": "still to be verified"},
    "own": {"id": "bukan dari peraturan", "en": "not from a regulation"},
}
"""How certain a number is, by `Rule.sureness`."""
UNITS: Final[dict[str, Bilingual]] = {
    "wd": {"id": "hari kerja", "en": "working days"},
    "d": {"id": "hari kalender", "en": "calendar days"},
    "s": {"id": "detik", "en": "seconds"},
}


def day(on: date, lang: str = "id") -> str:
    """A date such as `14 April 2026`."""
    return f"{on.day} {MONTHS[lang].split(',')[on.month - 1]} {on.year}"


def moment(at: datetime, zone: str = DEFAULT_ZONE, lang: str = "id") -> str:
    """A date and time in the reader's zone, such as `14 April 2026 pukul 09.30 WIB`."""
    local = at.astimezone(zone_of(zone))
    shown = ZONES.get(zone, zone)
    if lang == "id":
        return f"{day(local.date(), lang)} pukul {local:%H.%M} {shown}"
    return f"{day(local.date(), lang)} at {local:%H:%M} {shown}"


def explain(due: Due, lang: str = "id") -> str:
    """The reasons for this date, in sentences: rule, source, start, skipped days and why, stops, calendar."""
    sentences = [_date(due, lang), _rule(due, lang)]
    if due.rule.unit == "wd":
        sentences.append(_skipped(due, lang))
    sentences += [_stopped(due, lang), _calendar(due, lang)]
    return " ".join(sentence for sentence in sentences if sentence)


def days_off(due: Due) -> list[date]:
    """The days between start and date that were not counted."""
    zone = zone_of(due.zone)
    days = days_between(due.started_at.astimezone(zone).date(), due.due_at.astimezone(zone).date())
    return [on for on in days if not due.calendar.works(on)] if due.rule.unit == "wd" else []


def why_off(on: date, calendar: Calendar, lang: str = "id") -> str:
    """Why that day is not a working day."""
    holiday = calendar.off.get(on)
    if holiday is None:
        return "akhir pekan" if lang == "id" else "weekend"
    if not holiday.estimated:
        return holiday.name
    return f"{holiday.name}, {'perkiraan' if lang == 'id' else 'estimated'}"


def calendars_used(due: Due, lang: str = "id") -> list[str]:
    """The calendar decrees behind the date, year by year; a year without a decree is named as such."""
    if due.rule.unit != "wd":
        return []
    zone = zone_of(due.zone)
    years = range(due.started_at.astimezone(zone).year, due.due_at.astimezone(zone).year + 1)
    return [sentence for year in years for sentence in _of_year(year, due.calendar, lang)]


def _date(due: Due, lang: str) -> str:
    clock, at = CLOCKS[due.clock][lang], moment(due.due_at, due.zone, lang)
    return f"Batas waktu {clock}: {at}." if lang == "id" else f"Date for {clock}: {at}."


def _rule(due: Due, lang: str) -> str:
    amount = f"{due.rule.amount} {UNITS[due.rule.unit][lang]}"
    start, at = STARTS[due.rule.starts][lang], moment(due.started_at, due.zone, lang)
    source = f"{due.rule.source[lang]}; {SURENESS[due.rule.sureness][lang]}"
    if lang == "id":
        return f"Aturan: {amount} sejak {start} pada {at} ({source})."
    return f"Rule: {amount} from when {start}, {at} ({source})."


def _skipped(due: Due, lang: str) -> str:
    off, calendar = days_off(due), due.calendar
    parts = [f"{day(on, lang)} ({why_off(on, calendar, lang)})" for on in off if on in calendar.off]
    if weekends := sum(on not in calendar.off for on in off):
        parts.insert(0, f"{weekends} hari Sabtu dan Minggu" if lang == "id" else f"{weekends} days of weekends")
    if not parts:
        return ""
    return f"Tidak dihitung: {'; '.join(parts)}." if lang == "id" else f"Not counted: {'; '.join(parts)}."


def _stopped(due: Due, lang: str) -> str:
    if not due.stops:
        return ""
    ends = [(stop.started_at, stop.ended_at) for stop in due.stops if stop.ended_at is not None]
    until = "sampai" if lang == "id" else "until"
    spans = "; ".join(f"{moment(a, due.zone, lang)} {until} {moment(b, due.zone, lang)}" for a, b in ends)
    days = UNITS[due.rule.unit][lang]
    if lang == "id":
        return f"Waktu berhenti {due.stop_days} {days} sementara menunggu jawaban pelapor: {spans}."
    return f"The clock was stopped for {due.stop_days} {days} while the reporter was asked: {spans}."


def _calendar(due: Due, lang: str) -> str:
    return " ".join(calendars_used(due, lang))


def _of_year(year: int, calendar: Calendar, lang: str) -> list[str]:
    source, own = calendar.sources.get(year), calendar.regional.get(year, ())
    if lang == "id":
        national = f"{source}." if source else "belum ditetapkan: hanya Sabtu dan Minggu yang libur."
        return [f"Kalender {year}: {national}" if source else f"Kalender {year} {national}",
                *(f"Kalender daerah {year}: {each}." for each in own)]  # fmt: skip
    national = (
        f"Calendar {year}: {source}."
        if source
        else f"The calendar of {year} is not decreed yet: only weekends are off."
    )
    return [national, *(f"Regional calendar {year}: {each}." for each in own)]
