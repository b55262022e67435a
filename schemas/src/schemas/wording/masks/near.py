"""What stands beside a group of digits, and how groups look together. Pure; reads a bounded number of characters."""

import re
from collections.abc import Sequence
from typing import Final

from schemas.wording.masks.groups import Group

_FAR: Final = 60
_GAP: Final = r"[^\w]{1,4}"
_START: Final = r"(?<![^\W\d_])"
_OWNER: Final = r"(?:nya|ku)?"
_NOT_BETWEEN: Final = (
    "rp|idr|usd|sebesar|sejumlah|senilai|seharga|tagihan|total|tanggal|tgl|tahun|bulan|sejak|jam|pukul|buka|tutup|kelas"
    r"|usia|naik|turun|resi|antre\w*"
)
_WORDS: Final = rf"(?:{_GAP}(?!(?:{_NOT_BETWEEN})\b)[^\W\d]{{1,20}}){{0,5}}[^\w]{{0,4}}$"
"""Between a cue and its number may stand a bank's or a person's name, and no word of money, time or a count."""
_FEW_WORDS: Final = (
    r"[^\w]{0,4}(?:(?:no|nomor|nomer|nmr|num|saya|sy|kami|aktif|rumah|ini|itu|adalah|ialah|yaitu|di|ke|pada|ya|ku|nya"
    r"|pribadi|kantor|beliau|istri|suami|anak|bisa|hubungi|dan|atau|and|or|number|is|my)[^\w]{1,4}){0,5}$"
)


def _cue(words: str, between: str) -> re.Pattern[str]:
    return re.compile(f"{_START}(?:{words}){_OWNER}{between}")


PHONE: Final = _cue(
    r"(?:no[. ]{0,2})?(?:hp|h\.p|hape|handphone|ponsel|nope|telp|telf|tlp|tlpn|tlf|telpon|telfon|tilpun|telepon|tel"
    r"|telephone|phone|wa|whatsapp|whatsap|watsap|whats app|kontak|contact|cp|hub|hubungi|sms|call|fax|faks"
    r"|faksimile|telegram)",
    _FEW_WORDS,
)
PHONE_OF: Final = _cue(
    "hp|telp|tlp|telepon|wa|kontak|contact|cp|hub", r"(?:nya)?[.:=]\W{0,2}(?:[^\W\d]{2,20}\W{1,3}){1,3}$"
)
"""With whose it is between: "kontak: Pak Siti 0813 2211"."""
PHONE_AFTER: Final = re.compile(
    r" ?(?:\(|(?:itu|ini|adalah) ?)(?:no\.? |nomor )?(?:hp|telp|tlp|telepon|telpon|wa|whatsapp|kontak)(?:nya|ku)?\b"
)
DEVICE_OR_PAPER: Final = _cue(
    "nib|npsn|nsm|nup|resi|faktur|invoice|sertifikat|shm|hgb|isbn|imei|barcode|batch|seri|tiket|antrean|antrian|kupon|register"
    "|registrasi|pendaftaran|otp",
    r"(?: (?:no|nomor|nomer))?[^\w]{0,4}$",
)
"""What begins like a telephone number beside these words is none."""
IDENTITY: Final = _cue("nik|ktp|kk|kartu keluarga|kependudukan|e-ktp|ektp", _WORDS)
ACCOUNT: Final = _cue(
    "rekening|norek|rek|virtual account|va|bpjs|kis|jkn|npwp|nip|sim|id[ .]?pel(?:anggan)?"
    r"|(?:no|nomor)[. ]{1,2}(?:pelanggan|peserta)|paspor|passport",
    _WORDS,
)
BANK: Final = _cue(
    "bca|bri|bni|mandiri|bsi|btn|cimb|danamon|permata|seabank|bank [^\\W\\d]{2,12}|ovo|gopay|shopeepay", _WORDS
)
"""Words that also stand beside amounts and dates."""
AND: Final = re.compile(r"\d[\d .-]{6,24}\d ?(?:[/,;&]|dan|atau) ?$")
"""A number before another one: what is said of the first holds for the second."""
ACCOUNT_NUMBER: Final = _cue("(?:no|nomor|nomer)[. ]{0,2}rek(?:ening)?|norek", _FEW_WORDS)
BUDGET: Final = _cue("kode rek(?:ening)?", _WORDS)
"""The code of a budget line, 5.1.02.01.01.0024: no account."""
ACCOUNT_AFTER: Final = re.compile(
    r"[^\w]{0,3}(?:(?:no|nomor)[. ]{1,2})?(?:rekening|norek|rek)\b"
    r"| ?[(,] ?(?:bank )?(?:bca|bri|bni|mandiri|bsi|btn|cimb|danamon|permata|seabank)\b"
)
_TIME: Final = re.compile(r"\b(?:jam|pukul|pkl|layanan|jadwal|buka|tutup|operasional|shift|kerja)\b")
_LETTER: Final = re.compile(
    r"\b(?:surat|sk|perda|perwal|lp|kepmen|uu|rt|rw|blok|kav|lantai|sdn|smpn|sman|pos)[^\w(]{0,3}"
    r"(?:(?:no|nomor)[^\w]{1,3})?$"
)
_HOURS: Final = re.compile(r"(?:[01]?\d|2[0-4])\.[0-5]\d ?- ?(?:[01]?\d|2[0-4])\.[0-5]\d(?!\d)")
_FRACTION: Final = re.compile(r"(?:^|[^\d.,])\d{1,3}[.,]$")
_COUNTED: Final = re.compile(
    r" ?(?:orang|hari|kali|jam|meter|m|cm|km|rumah|kk|jiwa|unit|buah|titik|tahun|bulan|minggu|menit|%|ribu|juta|lubang"
    r"|warga|anak|rt|rw|malam|siang|sore|pagi|tempat|nomor|laporan)(?!\w)"
)


def says(cue: re.Pattern[str], text: str, start: int) -> bool:
    """Whether the words before `start` say that the number there is what `cue` names."""
    before = text[max(0, start - _FAR) : start]
    lower = before.lower()
    return lower != before.upper() and cue.search(lower) is not None  # without letters there is no word


def says_of_both(cue: re.Pattern[str], text: str, start: int) -> bool:
    """Whether the words before `start` say that the number there is what `cue` names, also if another number
    stands between them: "rekening 12345678/12345679".
    """
    if says(cue, text, start):
        return True
    before = text[max(0, start - _FAR) : start].lower()
    first = AND.search(before) if before.rstrip(" ").endswith(("/", ",", ";", "&", "dan", "atau")) else None
    return first is not None and says(cue, text, max(0, start - _FAR) + first.start())


def are_hours(text: str, groups: Sequence[Group]) -> bool:
    """Whether these are hours such as 08.00-16.00."""
    return _HOURS.match(text[groups[0].start : groups[-1].end + 1]) is not None


def is_counted(text: str, end: int) -> bool:
    """Whether a word after `end` says that the number there counts something."""
    return _COUNTED.match(text[end : end + 20].lower()) is not None


def is_letter_or_house(text: str, start: int) -> bool:
    """Whether the words before `start` name a letter, a law, a neighbourhood, a block or a school."""
    return says(_LETTER, text, start)


def is_fraction(text: str, group: Group) -> bool:
    """Whether the group is what follows a decimal point: 6.0812345678."""
    return _FRACTION.search(text[max(0, group.start - 5) : group.start]) is not None


def are_times(text: str, groups: Sequence[Group]) -> bool:
    """Whether these are times such as 0815 and 1200, after a word that says so."""
    start = groups[0].start
    return look_like_times(groups) and _TIME.search(text[max(0, start - 30) : start].lower()) is not None


def look_like_times(groups: Sequence[Group]) -> bool:
    """Whether all have the form HHMM."""
    return all(len(each.digits) == 4 and each.digits[:2] <= "24" and each.digits[2:] <= "59" for each in groups)


def are_thousands(groups: Sequence[Group]) -> bool:
    """Whether they are written as an amount: 1.250.000."""
    gaps = {each.gap for each in groups[1:]}
    return (
        len(groups) > 1
        and gaps in ({"."}, {","})
        and len(groups[0].digits) <= 3
        and not groups[0].digits.startswith("0")
        and all(len(each.digits) == 3 for each in groups[1:])
    )


def length_of_date(groups: Sequence[Group], at: int) -> int:
    """How many groups from `at` are a date with a four-digit year: 3 or 0."""
    found = groups[at : at + 3]
    if len(found) < 3 or found[1].gap.strip() != found[2].gap.strip() or found[1].gap.strip() not in {"-", "/", "."}:
        return 0
    first, month, last = (each.digits for each in found)
    if len(first) == 4:
        first, last = last, first
    is_date = (
        len(last) == 4 and last[:2] in ("19", "20") and len(first) <= 2 and len(month) <= 2
        and _is_within(first, 31) and _is_within(month, 12)
    )  # fmt: skip
    return 3 if is_date else 0


def is_amount_or_date(digits: str) -> bool:
    """Whether digits written at once look like an amount (150000000) or a date (12052024, 20240512)."""
    if digits.endswith("000"):
        return True
    years = {digits[4:], digits[:4]} if len(digits) == 8 else set()
    day = digits[:4] if digits[4:6] in ("19", "20") else digits[6:] + digits[4:6]
    return any(year[:2] in ("19", "20") for year in years) and _is_within(day[:2], 31) and _is_within(day[2:4], 12)


def _is_within(digits: str, most: int) -> bool:
    return digits.isdigit() and 1 <= int(digits) <= most
