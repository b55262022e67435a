"""E-mail addresses, also with words for @ and the dot. Pure; each step looks at a bounded number of characters."""

import re
from collections.abc import Iterator
from typing import Final

_AT: Final = re.compile(
    r"(?P<boxed>[ \t]{0,2}(?:[\[({<][ \t]?(?:at|a|et|@)[ \t]?[\])}>]|[ \t]@[ \t]?|@[ \t\n])[ \t]{0,2})|(?P<sign>@)"
    r"|(?P<word>(?:[ \t]{1,2}|[_-])(?:at|(?:a )?keong)(?:[ \t]{1,2}|[_-]))",
    re.IGNORECASE,
)
_DOT: Final = (
    r"(?:\.|[ \t]{1,2}\.[ \t]{1,2}|[ \t]{0,2}[\[({<][ \t]?(?:dot|titik|\.)[ \t]?[\])}>][ \t]{0,2}"
    r"|[ \t_-]{1,2}(?:dot|titik)[ \t_-]{1,2})"
)
_SPELT: Final = re.compile(r"dot|titik|[ \t]\.", re.IGNORECASE)
_LABEL: Final = r"[^\W_][^\W_]{0,62}(?:-[^\W_]{1,62}){0,4}"
_PLAIN_HOST: Final = re.compile(rf"(?:{_LABEL}\.){{1,6}}[^\W\d_]{{2,24}}")
_LOOSE_HOST: Final = re.compile(rf"(?:{_LABEL}{_DOT}){{1,4}}[^\W\d_]{{2,24}}\b", re.IGNORECASE)
_PROVIDER: Final = re.compile(
    r"(?:gmail|googlemail|yahoo|ymail|rocketmail|hotmail|outlook|icloud|live|proton|protonmail|zoho)"
    rf"(?P<rest>com|(?:{_DOT}|[ \t]{{0,2}}[.,][ \t]{{0,2}})(?:com?|id|net|me)\b(?:{_DOT}(?:id|uk)\b)?)?(?![^\W_])",
    re.IGNORECASE,
)
_IN_LOCAL: Final = (
    r"(?:[ \t]{1,2}(?:titik|dot|underscore|garis bawah|strip)[ \t]{1,2}"
    r"|[ \t]{0,2}[\[({<][ \t]?(?:dot|titik|\.|underscore|_)[ \t]?[\])}>][ \t]{0,2})"
)
_LOCAL: Final = re.compile(
    rf"(?:(?<![\w.+%'-])[\w.+%'-]{{1,64}}{_IN_LOCAL}){{0,3}}(?<![\w.+%'-])[\w.+%'-]{{1,64}}$", re.IGNORECASE
)
_NO_LOCAL: Final = re.compile(
    r"(?:akun|ig|instagram|twitter|tiktok|x|fb|facebook|medsos|youtube|yt|threads|ke|di|dari|oleh|via|dan|atau|and|cc|tag"
    r"|follow|mention|admin|lihat|pada)$",
    re.IGNORECASE,
)
"""Words before the name of an account such as @bandung.id, which is no address."""
_COMMON_END: Final = re.compile(
    r"(?:^|\W)(?:com|net|org|id|info|biz|me|io|edu|gov|my|sg|uk|us|au|jp)$|^(?:gmail|yahoo|hotmail|outlook)",
    re.IGNORECASE,
)
_LEFT, _RIGHT = 100, 140


def mails(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses stand, in order."""
    for at in _AT.finditer(text):
        left, right = text[max(0, at.start() - _LEFT) : at.start()], text[at.end() : at.end() + _RIGHT]
        local, length = _LOCAL.search(left), _host(at, right)
        if local and length and not _is_handle(at, left, local, right[:length]):
            yield at.start() - (len(left) - local.start()), at.end() + length


def _is_handle(at: re.Match[str], left: str, local: re.Match[str], host: str) -> bool:
    """Whether it is the name of an account such as @bandung.id after a word, and no address."""
    if left[max(0, local.start() - 1) : local.start()] == "@":
        return True
    apart = at.group()[0] in " \t" and at.group().endswith("@")
    return apart and (_NO_LOCAL.match(local.group()) is not None or _COMMON_END.search(host) is None)


def _host(at: re.Match[str], text: str) -> int:
    """The length of the host's name; 0: there is none. A mere word for @ needs a spelt dot or a known provider."""
    provider = _PROVIDER.match(text)
    if provider and (at["word"] is None or provider["rest"]):
        return provider.end()
    host = (_PLAIN_HOST if at["sign"] else _LOOSE_HOST).match(text)
    if host is None or (at["word"] is not None and not _SPELT.search(host.group())):
        return 0
    return host.end()
