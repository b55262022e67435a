"""Groups of digits in a text, however written, and chains of groups that may be one number. Pure.

A group is a run of digits, of letters used as digits (`o8l2`), or a word (`delapan`, `dua belas`). Characters left out
by the writer (`xxxx`, `****`) count as unknown digits, written `?`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

UNKNOWN: Final = "?"
_TOKEN: Final = re.compile(r"[^\W_]+|[*#_]{2,}|\.{3,}(?! ?\d)")
_PARTS: Final = re.compile(r"\d+|[^\W\d_]+")
_LETTERS: Final = str.maketrans("oOlIiSsBzZxX", "0011155822??")
_LOOKS: Final = re.compile(r"(?:[0-9oOlIiSsBzZ]|[xX]{2,})+")
_WORDS: Final = {
    "nol": "0", "kosong": "0", "satu": "1", "dua": "2", "tiga": "3", "empat": "4", "lima": "5", "enam": "6",
    "tujuh": "7", "delapan": "8", "lapan": "8", "sembilan": "9", "sepuluh": "10", "sebelas": "11",
    "siji": "1", "loro": "2", "telu": "3", "papat": "4", "enem": "6", "pitu": "7", "wolu": "8", "sanga": "9",
    "hiji": "1", "tilu": "3", "opat": "4", "genep": "6", "dalapan": "8", "salapan": "9",
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "l": "1", "i": "1",
}  # fmt: skip
_RUN: Final = re.compile(
    "(?:siji|loro|telu|papat|enem|pitu|wolu|sanga|hiji|tilu|opat|genep|dalapan|salapan|nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan|zero|one|two|three|four|five|six|seven"
    "|eight|nine)+"
)
_ONE: Final = re.compile(_RUN.pattern.removesuffix("+"))
_TIMES: Final = {"dobel": 2, "double": 2, "tripel": 3, "triple": 3}
_SPOKEN_GAP: Final = frozenset({
    "strip", "setrip", "spasi", "dash", "min", "garis", "terus", "trus", "lalu", "kemudian", "sambung", "lanjut",
    "depannya", "tengahnya", "belakangnya", "akhirnya",
})  # fmt: skip
_BREAKS: Final = frozenset(':;?!=%<>&$@"+{}^')
_LONGEST_GAP: Final = 6
_MOST_SPACES: Final = 20
_PLUS: Final = re.compile(r"(?<![^\W_])(?:\+|plus) {0,2}$", re.IGNORECASE)
_MOST_LINES: Final = 2


class Group(NamedTuple):
    """Digits from `start` to `end`. `gap`: what stands between it and the group before it in its chain.

    `spoken`: written as a word; `plus`: a plus sign stands before it; `tens`: a word such as "tiga puluh".
    """

    start: int
    end: int
    digits: str
    gap: str = ""
    spoken: bool = False
    plus: bool = False
    tens: bool = False


def chains(text: str, closed: Sequence[tuple[int, int]]) -> Iterator[list[Group]]:
    """Groups near each other, in order. `closed`: spans, in order, that are no personal numbers and end a chain."""
    chain, last, spoken_gap, times = list[Group](), 0, False, 1
    for start, end, token in _tokens(text, closed):
        word = token.lower()
        if word in _TIMES or (chain and word in _SPOKEN_GAP):
            times, spoken_gap = _TIMES.get(word, times), bool(chain)
            continue
        gap, digits = " " if spoken_gap else text[last:start], _digits(token)
        if chain and _is_gap(gap) and _completes(chain, word, end):
            last, spoken_gap = end, False
            continue
        if chain and (digits is None or not (_is_gap(gap) or _joins(gap, chain, digits))):
            yield chain
            chain = []
        if digits is not None:
            spoken = word.isalpha() and UNKNOWN not in digits
            chain.append(Group(start, end, digits * times, gap if chain else "", spoken, _is_plus(text, start)))
        last, spoken_gap, times = end, False, 1
    if chain:
        yield chain


def _tokens(text: str, closed: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """Tokens with their places; a token in a closed span is empty."""
    at = 0
    for start, end, token in _split(text):
        while at < len(closed) and closed[at][1] <= start:
            at += 1
        yield start, end, "" if at < len(closed) and closed[at][0] < end else token


def _split(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _TOKEN.finditer(text):
        token = found.group()
        if token.isalpha() or token.isdigit() or _digits(token) is not None:
            yield *found.span(), token
        else:
            for part in _PARTS.finditer(token):
                yield found.start() + part.start(), found.start() + part.end(), part.group()


def _digits(token: str) -> str | None:
    """The digits that a token says; None: it says none."""
    if token.isdigit() or not token:
        return token or None
    if not token.isalnum():
        return UNKNOWN * len(token)
    word = token.lower()
    if word in _WORDS:
        return _WORDS[word]
    if word.isalpha():
        if _RUN.fullmatch(word):
            return "".join(_WORDS[each] for each in _ONE.findall(word))
        return UNKNOWN * len(word) if len(word) > 1 and not word.strip("x") else None
    return token.translate(_LETTERS) if _LOOKS.fullmatch(token) else None


def _is_gap(gap: str) -> bool:
    short = len(gap) <= _LONGEST_GAP or (len(gap) <= _MOST_SPACES and not gap.strip(" \t"))
    return short and gap.count("\n") <= _MOST_LINES and _BREAKS.isdisjoint(gap)


def _joins(gap: str, chain: list[Group], digits: str) -> bool:
    """Whether one sign that mostly ends a number stands inside one: 0813:2211:0098 and 0:8:1:3, but not 08:13. Spaces
    may stand beside it in a number that begins as a telephone number does.
    """
    sign, least = gap.strip(" "), min(len(chain[-1].digits), len(digits))
    if len(sign) != 1 or sign not in _BREAKS or sign in {"@", "$"}:
        return False
    if gap != sign:
        return least > 3 and chain[0].digits.startswith(("0", "62"))
    return least > 2 or {len(chain[-1].digits), len(digits)} == {1}


def _completes(chain: list[Group], word: str, end: int) -> bool:
    """Whether the word belongs to the number word before it: "dua" "belas" is 12, "tiga puluh" "dua" is 32."""
    group = chain[-1]
    if not group.spoken:
        return False
    if word == "belas":
        digits = f"1{group.digits}"
    elif word == "puluh":
        digits = f"{group.digits}0"
    elif group.tens and len(_WORDS.get(word, "")) == 1:
        digits = group.digits[:-1] + _WORDS[word]
    else:
        return False
    chain[-1] = group._replace(digits=digits, end=end, tens=word == "puluh")
    return True


def _is_plus(text: str, start: int) -> bool:
    return _PLUS.search(text[max(0, start - 7) : start]) is not None
