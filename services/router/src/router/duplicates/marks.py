"""Takes the marks out of a text that a list of words cannot tell: numbers of one's own, dates, times of the clock.

What is left reads like words and small numbers. Regular expressions of fixed shape: the time is linear in the text.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple
from unicodedata import category

from router.duplicates.contrast_data import contrast_data
from router.duplicates.evidence import evidence_data

NOON: Final = 12
MORNING, MIDDAY, AFTERNOON, EVENING = 4, 10, 15, 18
"""Hours at which a part of the day begins."""
_LONGEST_NUMBER: Final = 4
"""Digits of a year or a house number; a longer number identifies something."""
_RT_RW: Final = re.compile(r"\brt\W{0,2}0*(\d{1,3})\s?[/-]\s?(?:rw)?\W{0,2}0*(\d{1,3})\b")
_SCHOOL: Final = re.compile(r"\b(sd|smp|sma|smk|mts|tk)\s+(?:negeri|n)\b")
_PRIVATE: Final = re.compile(
    r"\b(sd|smp|sma|smk|mts)(?=\s+(?:muhammadiyah|islam|it|al|kristen|katolik|santo|santa|advent|pgri|swasta)\b)"
)
_THANKS: Final = re.compile(r"\bt(?:e?rima|rima)\s+kasih\b")
_GREETING: Final = re.compile(
    r"\b(?:selamat|met|slamat|sugeng|wilujeng|good)\s+(?:pagi|siang|sore|malam|enjing|sonten|morning|afternoon|evening)\b"
    r"|^\W*(?:pagi|siang|sore|malam)\b(?=\s*(?:[,.!]|pak|bu|bapak|ibu|min|admin|kak|mas|mbak|gan|semua|dinas))"
)
_PART: Final = r"(?:\s*(?:wib|wita|wit))?(?:\s*(am|pm|pagi|siang|sore|malam|subuh|dini))?"
_CLOCK: Final = re.compile(
    rf"\b(?:jam|pukul|pkl|pk)\W{{0,2}}(\d{{1,2}})(?:[.:](\d{{2}}))?(?![\d+]){_PART}"
    rf"|(?<![\d.,:])(\d{{1,2}})[.:]([0-5]\d)(?![.:,]?\d){_PART}"
)
_ISO: Final = re.compile(r"\b20\d\d-(\d\d)-(\d\d)\b")
_DAY_MONTH: Final = re.compile(r"(?<![\d/-])(\d{1,2})[/-](\d{1,2})[/-](?:20)?\d\d(?![\d/-])")
_DAY: Final = re.compile(r"\b(?:tanggal|tgl)\W{0,2}(\d{1,2})\b")
_SCHOOL_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\s?[/-]\s?(?:19|20)\d\d\b")
_MONEY: Final = re.compile(
    r"(?:\brp\W{0,2}|\bidr\W{0,2})?(?<!\d)\d{1,3}(?:[.,]\d{3})+(?![.,]?\d)(?:[.,]-)?|\brp\W{0,2}\d+"
)
_LONG: Final = re.compile(r"(?<![\d+])(?:\d(?:[.\-/]?\d){4,}|\d{3,4}(?:\s\d{3,4})+)(?!\d)")
_MIXED: Final = re.compile(r"\b[a-z0-9]+(?:-[a-z0-9]+)*\b")
_PLAIN: Final = re.compile(r"[a-z]+-?\d{1,3}[a-z]?|\d+[a-z]*|[a-z-]+|\d+-[a-z]+")
"""A label with its number, a number with its unit, or a word: no code."""
_SHORTEST_CODE: Final = 5
_ACT: Final = "kapan|kpn|kenapa|knp|mengapa|kok|koq|gimana|gmn|bagaimana|mohon|tolong|sampai"
"""Words of a question that asks an office to act."""
_ASKS: Final = re.compile(rf"^(?:(?!\b(?:{_ACT})\b)[^.!?\n])*\?", re.MULTILINE)
_DOUBLED: Final = re.compile(r"\b([a-z]{3,})2\b")
_MASKED: Final = re.compile(r"\[[A-Z-]{2,12}\]")
_LINK: Final = re.compile(r"https?://\S+|\S+@\S+")
_ITEM: Final = re.compile(r"(?<=\w)\s*[,;]\s*(\d{1,3})(?=\s+(?!(?:jam|menit|hari|minggu|bulan|bln|tahun|thn)\b)[a-z])")
"""How many there are of what follows: "Jalan Melati, 3 lubang" is no number of the road."""
_ASCII_SIGNS: Final = "+<>=%"
_TELLING: Final = frozenset("LNS")
"""Unicode categories of letters, numbers and symbols."""
_GESTURES: Final = frozenset("🙏🤲😭😢😥😰😨😱😡😠🤬😤😔😞😟🥺😓😩😫☹🙁😷🤧🏻🏼🏽🏾🏿")
_SHORT_MONEY: Final = re.compile(r"\b(?:rp\W{0,2})?(\d+)\s?(rb|ribu|jt|juta)\b")


class Marks(NamedTuple):
    """`plain`: the text without them, in lower case. `clock`: minutes of the day. `dates`: `day` or `day.month`."""

    plain: str
    codes: frozenset[str]
    clock: frozenset[int]
    parts: frozenset[str]
    days: frozenset[str]
    months: frozenset[str]
    money: frozenset[str]
    signs: frozenset[str]
    masked: bool
    """A name or number in it was masked before it came: two such texts may tell of two people."""
    asks: bool
    """It asks whether, where or how much; "kapan" asks an office to act."""


def marks(text: str) -> Marks:
    """The marks of a text."""
    found: dict[str, set[str]] = {name: set() for name in ("codes", "parts", "days", "months", "money", "signs")}
    clock: set[int] = set()
    plain = _THANKS.sub("terimakasih", text.lower())
    plain = _LINK.sub(_into(found["codes"]), _courtesy().sub(" ", _GREETING.sub(" ", plain)))
    plain = _break().sub(r"\1 koma ", _DOUBLED.sub(_single, plain))
    found["signs"].update(filter(_is_sign, plain))
    plain = _SCHOOL_YEAR.sub(" ", _PRIVATE.sub(r"\1swasta", _SCHOOL.sub(r"\1n", _RT_RW.sub(r"rt \1 rw \2", plain))))
    plain = _ISO.sub(lambda m: _date(found, m[2], m[1]), plain)
    plain = _DAY_MONTH.sub(lambda m: _date(found, m[1], m[2]), plain)
    plain = _named_day().sub(lambda m: _date(found, m[1] or m[4], contrast_data().time.months[m[2] or m[3]]), plain)
    plain = _DAY.sub(lambda m: _date(found, m[1], ""), plain)
    plain = _CLOCK.sub(lambda m: _time(clock, found["parts"], m), plain)
    plain = _plate().sub(_into(found["codes"]), plain)
    plain = _SHORT_MONEY.sub(lambda m: _money(found["money"], m), plain)
    plain = _MONEY.sub(_into(found["money"]), plain)
    plain = _LONG.sub(_into(found["codes"]), plain)
    plain = _MIXED.sub(lambda m: _code(found["codes"], m[0]), _ITEM.sub(r" jumlah \1", plain))
    sets = {name: frozenset(values) for name, values in found.items()}
    return Marks(
        plain, clock=frozenset(clock), masked=bool(_MASKED.search(text)), asks=bool(_ASKS.search(text.lower())), **sets
    )


def values(read: Marks) -> frozenset[str]:
    """The marks that two reports of one matter have in common, each with its kind."""
    clock = {f"clock:{minutes}" for minutes in read.clock}
    kinds = {"code": read.codes, "day": read.days, "month": read.months, "money": read.money, "sign": read.signs}
    asks = {"asks"} if read.asks else set()
    return frozenset(clock | asks | {f"{kind}:{value}" for kind, found in kinds.items() for value in found})


def _is_sign(character: str) -> bool:
    """Whether it tells something that no list of words can read; a gesture of asking or sorrow does not."""
    if character.isascii():
        return character in _ASCII_SIGNS
    return category(character)[0] in _TELLING and character not in _GESTURES


def _into(found: set[str]) -> Callable[[re.Match[str]], str]:
    def keep(match: re.Match[str]) -> str:
        found.add(re.sub(r"[^a-z0-9]", "", match[0]))
        return " "

    return keep


def _money(found: set[str], match: re.Match[str]) -> str:
    found.add(match[1] + ("000" if match[2].startswith("r") else "000000"))
    return " "


def _date(found: dict[str, set[str]], day: str, month: str) -> str:
    found["days"].add(str(int(day)))
    if month:
        found["months"].add(str(int(month)) if month.isdigit() else month)
    return " "


def _time(clock: set[int], parts: set[str], match: re.Match[str]) -> str:
    hour, minute, part = (match[1], match[2], match[3]) if match[1] else (match[4], match[5], match[6])
    if int(hour) > 2 * NOON:
        return match[0]
    hours = int(hour) % (2 * NOON)
    if part in ("pm", "sore", "malam", "siang") and hours < NOON and not (part == "siang" and hours > MIDDAY):
        hours += NOON
    clock.add(hours % NOON * 60 + int(minute or 0))
    if part or hours > NOON or (minute and len(hour) == len("07")):
        parts.add(part_of_day(hours))
    return " "


def part_of_day(hour: int) -> str:
    """The word for the part of the day in which this hour lies."""
    if hour < MORNING or hour >= EVENING:
        return "malam"
    return "pagi" if hour < MIDDAY else "siang" if hour < AFTERNOON else "sore"


def _code(found: set[str], word: str) -> str:
    characters = word.replace("-", "")
    if len(characters) < _SHORTEST_CODE or _PLAIN.fullmatch(word) or sum(map(str.isdigit, word)) <= 1:
        return word
    found.add(characters)
    return " "


def _single(match: re.Match[str]) -> str:
    """`diangkut2` is no number."""
    return match[0] if match[1] in contrast_data().numbers.labels else match[1]


@cache
def _courtesy() -> re.Pattern[str]:
    phrases = sorted(evidence_data().courtesy, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b".replace(" ", r"[\s-]+"))


@cache
def _break() -> re.Pattern[str]:
    """A negation that belongs to no word behind it: "tidak, ..."."""
    return re.compile(rf"\b({'|'.join(sorted(evidence_data().negations))})\s*[,.;:!?]")


@cache
def _plate() -> re.Pattern[str]:
    letters = "|".join(sorted(contrast_data().codes.plates))
    return re.compile(rf"\b(?:{letters})[ -]?\d{{3,4}}[ -]?[a-z]{{1,3}}\b")


@cache
def _named_day() -> re.Pattern[str]:
    names = "|".join(sorted(contrast_data().time.months, key=len, reverse=True))
    return re.compile(rf"\b(\d{{1,2}})\s*({names})\b|\b({names})\s(\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)")
