"""Masks for what identifies a person in published text: numbers and addresses, whoever wrote them.

Text is matched in a copy of equal length with plain digits, hyphens and spaces, so that spans fit the original. What
looks like a time, a date or an amount is never part of a number. Accounts and number plates count only beside a word
that says so, because reports are full of other numbers.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

BESIDES: Final = "[Open311]\n"
"""The line above what an Open311 client sent beside its description. The public reads only what stands before it."""


class Span(NamedTuple):
    """A part of a text, and what stands for it in public."""

    start: int
    end: int
    mask: str


_DOMAINS: Final = r"(?:com|net|org|id|co|go|ac|or|sch|web|my|info|biz|io|me|gov|edu|us|uk|sg|au|desa|mil)"
_AT: Final = r"(?:\s?@\s?|\s*[\[({<]\s*(?:at|et|a|@)\s*[\])}>]\s*)"
_DOT: Final = (
    r"(?:\.|\s*[\[({<]\s*(?:dot|titik|\.)\s*[\])}>]\s*|\s+(?:dot|titik)\s+|\s\.\s?"
    r"|\.\s(?=(?:com|net|org|id|co|go|ac)\b))"
)
_MAIL: Final = re.compile(
    rf"[\w][\w.+%-]{{0,64}}(?:{_DOT}[\w+%-]{{1,32}})??{_AT}[\w-]{{1,64}}(?:{_DOT}[\w-]{{1,64}}){{0,4}}?{_DOT}{_DOMAINS}(?:{_DOT}{_DOMAINS})?(?![\w@])"
    r"|[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+"
    r"|[\w][\w.+%-]{0,64}(?:@|\s?[\[(]\s?at\s?[\])]\s?)(?:gmail|yahoo|ymail|hotmail|outlook|rocketmail|icloud)\b"
    r"|[\w][\w.+%-]{0,64}\s+(?:at|et)\s+(?:[\w-]{1,64}(?:\s+(?:dot|titik)\s+[\w-]{1,64}){1,4}"
    r"|(?:gmail|yahoo|ymail|hotmail|outlook|rocketmail|icloud)(?:\.[a-z]{2,3}){1,2})(?!\w)",
    re.IGNORECASE,
)
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+|\b(?:wa\.me|t\.me|bit\.ly)/\S+", re.IGNORECASE)

_GAP: Final = r"[ .\-]?"
_SIXTEEN: Final = re.compile(rf"(?<![\d.,])\d(?:{_GAP}\d){{15}}(?!\d|[.,]\d)")
_ID_CUE: Final = re.compile(
    r"\b(?:nik|n\.i\.k|no(?:mor)?\.?\s*(?:nik|ktp|kk)|e-?ktp|ktp|kk|kartu\s+keluarga|nomor\s+induk\s+kependudukan|family\s+card|id\s+card)\b"
    rf"[^\d\n]{{0,40}}?(?P<number>\d(?:{_GAP}\d){{12,18}})(?!\d)",
    re.IGNORECASE,
)

_SEP: Final = r"(?:[ .\-/]|\s?-\s?|[ ]?[()][ ]?){0,2}"
_FOREIGN: Final = re.compile(rf"\+\d(?:{_SEP}\d){{7,14}}(?!\d)")
_MOBILE: Final = re.compile(rf"(?<![\d.,+])\(?(?:62|0062|0){_SEP}8{_SEP}[1-9](?:{_SEP}\d){{6,10}}(?!\d)")
_LANDLINE: Final = re.compile(
    r"(?<![\d.,+/-])(?:"
    r"\(\s?0(?:2[1-9]|[3-79]\d{1,2})\s?\)[ \-.]{0,2}[1-9]\d{2,3}[ \-.]?\d{2,4}(?:[ \-.]?\d{1,4})?"
    r"|0(?:2[1-9]|[3-79]\d{2})[ \-.]{0,3}[1-9]\d{2,3}[ \-.]?\d{2,4}(?:[ \-.]\d{2,4})?"
    r"|0(?:2[1-9]|[3-79]\d{1,2})\d{5,8}"
    r"|62[ \-.]?(?:2[1-9]|[3-79]\d{1,2})[ \-.]?[1-9]\d{2,3}[ \-.]?\d{3,4}"
    r"|0800[ \-.]?\d(?:[ \-.]?\d){5,7}"
    r")(?!\d)"
)
_PHONE_CUE: Final = re.compile(
    r"\b(?:no(?:mor)?\.?\s*(?:hp|wa|telp?|telepon|handphone|kontak)|hp|h\.p|wa|whatsapp|whats\s?app|telp?|telepon|tlpn?|telephone|phone|call|sms|"
    r"hubungi|kontak|contact|handphone|nope|ponsel|cp|fax|faks)\b"
    r"[^\d\n+]{0,30}?(?P<number>\+?\d(?:[ .\-()]{0,2}\d){6,13})(?!\d)",
    re.IGNORECASE,
)
_DIGIT_WORD: Final = r"(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan)"
_SPOKEN: Final = re.compile(rf"\b(?:plus\s+)?{_DIGIT_WORD}(?:[\s,.\-]+{_DIGIT_WORD}){{8,13}}\b", re.IGNORECASE)

_BANK: Final = r"(?:bca|bri|bni|btn|bsi|mandiri|cimb|danamon|permata|bjb|bpd|gopay|shopeepay|seabank)"
_ACCOUNT_CUE: Final = re.compile(
    rf"\b(?:rekening|rek|norek|no\.?\s?rek|acc?ount|a/c|virtual\s+account|va|{_BANK}|id\s?pel(?:anggan)?|(?:no(?:mor)?\.?|id)\s+pelanggan|npwp|bpjs|"
    r"no(?:mor)?\.?\s+(?:meter|sambungan|paspor|sim|peserta))\b"
    rf"[^\d\n]{{0,45}}?(?P<number>\d(?:[ .\-]?\d){{6,18}})(?!\d)",
    re.IGNORECASE,
)
_ACCOUNT_BEFORE: Final = re.compile(
    rf"(?<![\d.,])(?P<number>\d(?:[ .\-]?\d){{8,18}})\s*[(,]?\s*(?:a\.?\s?n\.?\b|atas\s+nama\b|(?:bank\s+)?{_BANK}\b)",
    re.IGNORECASE,
)
_PLATE: Final = r"(?P<number>\b[A-Za-z]{1,2}[ \-.]?\d{1,4}[ \-.]?[A-Za-z]{1,3}\b)"
_PLATE_BARE: Final = r"(?P<number>\b[A-Z]{1,2}[ \-.]?\d{1,4}[ \-.]?[A-Z]{1,3}\b)"
_PLATES: Final = (
    re.compile(
        r"\b(?:ber)?(?:plat(?:\s+(?:nomor|no))?|nopol|no\.?\s?pol(?:isi)?|nomor\s+polisi|nomor\s+kendaraan|tnkb|(?:license\s+|number\s+)?plate(?:\s+number)?)\b"
        rf"[^\d\n]{{0,25}}?{_PLATE}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?i:mobil|motor|sepeda motor|truk|truck|bus|bis|angkot|taksi|kendaraan|pickup|pick up|ambulans)\b[^\d\n]{{0,35}}?{_PLATE_BARE}"  # noqa: E501 - one pattern
    ),
)

_NO_NUMBER: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # times of day, also from one to another
        r"(?<![\d.:])(?:[01]?\d|2[0-4])\s?[.:]\s?[0-5]\d(?:[.:][0-5]\d)?(?:\s*(?:-|s\s?/?\s?d|sampai|hingga|to|until)\.?\s*(?:[01]?\d|2[0-4])[.:][0-5]\d)?(?![.:]?\d)",
        r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])\s?[-/. ]\s?(?:0?[1-9]|1[0-2])\s?[-/. ]\s?(?:19|20)\d\d(?![-/.]?\d)",
        r"(?<![\d/.-])(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.]\d\d(?![-/. ]?\d)",
        r"(?<!\d)(?:19|20)\d\d[-/. ](?:0?[1-9]|1[0-2])[-/. ](?:0?[1-9]|[12]\d|3[01])(?!\d)",
        r"(?:rp|\bidr|\busd|\$)\.?\s*\d+(?:[.,]\d+)*",
        r"(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)(?![.,]\d)",
        r"(?<![\d.,])\d+(?:[.,]\d+)*\s*(?:rupiah|ribu|rb|juta|jt|miliar|milyar|triliun)\b",
        r"(?<![\d.,])-?\d{1,3}[.,]\d{4,}",
    )
)
_PLAIN: Final = {"Pd": "-", "Zs": " "}


def masked(text: str) -> str:
    """The text without e-mail addresses, links, numbers of identity and family cards and telephone numbers, and without
    accounts and number plates that are named as such.
    """
    return _replaced(text, spans(text))


def spans(text: str) -> list[Span]:
    """What `masked` replaces, in order, without overlaps."""
    plain = _plain(text)
    found: list[Span] = []
    for span in _candidates(plain):
        if all(span.end <= other.start or other.end <= span.start for other in found):
            found.append(span)
    return sorted(found)


def _candidates(plain: str) -> Iterator[Span]:
    # In this order: what is found first keeps its place. Most texts hold none of it, so each kind has a quick test.
    if _MAYBE_MAIL.search(plain):
        yield from (Span(*match.span(), "[e-mail]") for match in _MAIL.finditer(plain))
    if _MAYBE_LINK.search(plain):
        yield from (Span(*match.span(), "[link]") for match in _LINK.finditer(plain))
    if _MAYBE_SPOKEN.search(plain):
        yield from (Span(*match.span(), "[phone]") for match in _SPOKEN.finditer(plain))
    if _MAYBE_PLATE.search(plain):
        yield from (Span(*match.span("number"), "[number]") for each in _PLATES for match in each.finditer(plain))
    yield from _numbers(plain)


def _numbers(plain: str) -> Iterator[Span]:
    runs = [match.span() for match in _RUN.finditer(plain)]
    if not runs:
        return
    yield from (Span(*match.span("number"), "[NIK]") for match in _ID_CUE.finditer(plain))
    yield from (Span(*match.span(), "[NIK]") for match in _SIXTEEN.finditer(plain) if _is_identity(match[0]))
    protected = [match.span() for pattern in _NO_NUMBER for match in pattern.finditer(plain)]
    if all((start, end) in protected for start, end in runs):
        return
    for pattern, mask in _NUMBERS:
        for match in pattern.finditer(plain):
            start, end = match.span("number" if "number" in pattern.groupindex else 0)
            if not _is_protected(start, end, protected):
                yield Span(start, end, mask)


_MAYBE_MAIL: Final = re.compile(r"@|\b(?:at|et)\b|[\[({<]\s*a\s*[\])}>]", re.IGNORECASE)
_MAYBE_LINK: Final = re.compile(r"://|www\.|\.(?:me|ly)/", re.IGNORECASE)
_MAYBE_SPOKEN: Final = re.compile(rf"{_DIGIT_WORD}[\s,.\-]+{_DIGIT_WORD}[\s,.\-]+{_DIGIT_WORD}", re.IGNORECASE)
_MAYBE_PLATE: Final = re.compile(r"\b[A-Za-z]{1,2}[ \-.]?\d{1,4}[ \-.]?[A-Za-z]{1,3}\b")
_RUN: Final = re.compile(r"\d(?:[ .\-()/]{0,3}\d){6,}")
_NUMBERS: Final = (
    (_FOREIGN, "[phone]"),
    (_ACCOUNT_CUE, "[number]"),
    (_MOBILE, "[phone]"),
    (_LANDLINE, "[phone]"),
    (_PHONE_CUE, "[phone]"),
    (_ACCOUNT_BEFORE, "[number]"),
)


def _is_protected(start: int, end: int, protected: list[tuple[int, int]]) -> bool:
    return any(start < until and since < end for since, until in protected)


def _is_identity(found: str) -> bool:
    """Whether 16 digits are a number of an identity or family card: written in one piece, or with a region and a day
    where such a number has them (Minister of Home Affairs Regulation 72/2022).
    """
    digits = re.sub(r"\D", "", found)
    if len(found) == len(digits):
        return True
    day, month = int(digits[6:8]), int(digits[8:10])
    return "11" <= digits[:2] <= "96" and (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12


def _replaced(text: str, found: list[Span]) -> str:
    parts, at = [], 0
    for span in found:
        parts += [text[at : span.start], span.mask]
        at = span.end
    return "".join([*parts, text[at:]])


def _plain(text: str) -> str:
    if text.isascii():
        return _with_digits(text)
    return _with_digits("".join(map(_plain_character, text)))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    return _PLAIN.get(category, " " if category == "Cf" else character)


_MIXED: Final = re.compile(
    r"(?<![A-Za-z])[oO]8[\d oOlI.\-]{8,15}(?![A-Za-z])|(?<![\w])0[8B][\doOlI.\- ]{8,15}(?![A-Za-z\d])"
)
_LOOKALIKES: Final = str.maketrans("oOlIB", "00118")


def _with_digits(text: str) -> str:
    # A telephone number with letters that look like its digits.
    return _MIXED.sub(lambda match: match[0].translate(_LOOKALIKES), text)


_HOUSE: Final = r"(?:no(?:mor)?\.?\s*|#)\d+\s?[a-z]?\b(?! tahun)"
_NEAR: Final = (
    (re.compile(r"(?<!\d)-?(?:1[01]|\d)[.,]\d{3,}\s*[,;/ ]\s*(?:9[5-9]|1[0-3]\d|14[01])[.,]\d{3,}"), "[position]"),
    (
        re.compile(r"\b(?:lat|long?|latitude|longitude|lintang|bujur)\w*\s*[:=]?\s*-?\d+[.,]\d+", re.IGNORECASE),
        "[position]",
    ),
    (
        re.compile(r"\b(?:r\.?t|r\.?w)\.?\s*[:.]?\s*\d{1,3}(?:\s*/\s*(?:r\.?w\.?\s*)?\d{1,3})?\b", re.IGNORECASE),
        "[address]",
    ),
    (re.compile(rf"(?<=\s){_HOUSE}(?=[\s,.;)]|$)", re.IGNORECASE), "[address]"),
    (re.compile(r"\bblok\s+[a-z]{1,2}\s?[-/]?\s?\d+(?:\s*[-/]\s*\d+)?\b", re.IGNORECASE), "[address]"),
)


def masked_address(text: str) -> str:
    """The text also without coordinates, house numbers and numbers of neighbourhoods (RT, RW), which would undo a
    rounded position.
    """
    return _without(_NEAR, text)


def _without(masks: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str:
    for pattern, mask in masks:
        text = pattern.sub(mask, text)
    return text
