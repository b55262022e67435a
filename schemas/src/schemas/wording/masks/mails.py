"""E-mail addresses, also with words for @ and the dot. Pure; each step looks at a bounded number of characters."""

import re
from collections.abc import Iterator
from typing import Final

_APART: Final = r"(?:[ \t]{1,2}|[ \t]?[^\w\s,;:@+()!?]{1,3}[ \t]?|_)"
_NAMES: Final = "(?:gmail|gmial|googlemail|yahoo|ymail|rocketmail|hotmail|outlook|icloud|live|proton|protonmail|zoho)"
_AT: Final = re.compile(
    r"(?P<boxed>[ \t]{0,2}(?:[\[({<][ \t]?(?:at|a|et|@)[ \t]?[\])}>]|[ \t]@[ \t]?|@[ \t\n])[ \t]{0,2})"
    rf"|(?P<sign>@{{1,3}}|%40|&#64;|&commat;|(?<=\w)[#*^~=](?={_NAMES}[.,]))"
    rf"|(?P<word>{_APART}(?:(?:a )?(?:keong|bundar)|at|et|add?|a){_APART}|(?-i:(?<=[a-z0-9])AT(?=[a-z])))"
    rf"|(?P<left_out>(?<=\w)[ \t](?={_NAMES}[ .,]{{1,2}}(?:com|co)\b))",
    re.IGNORECASE,
)
_DOT: Final = (
    r"(?:\.|[ \t]{1,2}\.[ \t]{1,2}|[ \t]{0,2}[\[({<][ \t]?(?:dot|titik|\.)[ \t]?[\])}>][ \t]{0,2}"
    rf"|{_APART}(?:dot|titik|ttk){_APART}|(?-i:(?<=[a-z0-9])DOT(?=[a-z])))"
)
_SPELT: Final = re.compile(r"dot|titik|ttk|[ \t]\.", re.IGNORECASE)
_LABEL: Final = r"[^\W_][^\W_]{0,62}(?:-[^\W_]{1,62}){0,4}"
_PLAIN_HOST: Final = re.compile(rf"(?:{_LABEL}\.){{1,6}}[^\W\d_]{{2,24}}")
_LOOSE_HOST: Final = re.compile(rf"(?:{_LABEL}{_DOT}){{1,4}}[^\W\d_]{{2,24}}\b", re.IGNORECASE)
_END: Final = r"(?:(?![^\W_])|(?=wa|hp|telp|tlp|nik|no[ .:\d])|(?-i:(?<=[a-z])(?=[A-Z])))"
"""The next word may be glued to it."""
_PROVIDER: Final = re.compile(
    rf"{_NAMES}(?:(?P<glued>\.com(?=[^\W_]))|(?P<rest>com|\.(?!(?:com?|id|net|me|dot|ttk)(?![^\W_]))[a-z]{{2,4}}(?![^\W_])"
    rf"|(?:{_DOT}|[ \t\n]{{0,2}}[.,][ \t]{{0,2}})(?:com?|id|net|me){_END}(?:(?:{_DOT}|,)(?:id|uk){_END})?)?{_END})",
    re.IGNORECASE,
)
_LEFT_OUT: Final = re.compile(rf"{_NAMES}[ .,]{{1,2}}com?\b(?:\.id\b)?", re.IGNORECASE)
_IN_LOCAL: Final = (
    r"(?:[ \t]{1,2}(?:titik|dot|underscore|garis bawah|strip)[ \t]{1,2}"
    r"|[ \t]{0,2}[\[({<][ \t]?(?:dot|titik|\.|underscore|_)[ \t]?[\])}>][ \t]{0,2})"
)
_LOCAL: Final = re.compile(
    rf"(?:(?<![\w.+%'-])[\w.+%'-]{{1,64}}(?:{_IN_LOCAL}|[ \t](?=\d{{1,4}}$))){{0,3}}(?<![\w.+%'-])[\w.+%'-]{{1,64}}$",
    re.IGNORECASE,
)
_GLUED: Final = re.compile(r"(?:e-?mail|surel)(?:nya|ku)?(?=[\w.+-]{4})", re.IGNORECASE)
"""A word glued to the address: it may stay, even if it is part of the address."""
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
_CUE: Final = re.compile(r"(?<![^\W_])(?:e-?mail|surel|imel)(?:nya|ku)?\b.{0,40}$", re.IGNORECASE | re.DOTALL)
_CUE_BESIDE: Final = re.compile(
    r"(?<![^\W_])(?:e-?mail|surel|imel)(?:nya|ku)?\W{1,3}(?:(?:saya|sy|kami|ini|adalah|ke|di)\W{1,2}){0,2}$",
    re.IGNORECASE,
)
_NO_NAME: Final = re.compile(
    r"(?:di|dari|ke|lewat|pakai|pake|via|yang|akun|dengan|saya|kami|dan|atau|penuh|masuk|server|web|layanan)$",
    re.IGNORECASE,
)
_SPACED: Final = re.compile(r"(?<!\S)(?:[\w.+-] ){3,40}@(?: [\w.-]){4,40}(?!\S)")
"""One space after each character."""
_HINTS: Final = (
    "@", "%40", "&#64;", "&commat;", "at)", "at]", "at}", "at>", "et)", "et]", "dot", "titik", "ttk", " .", "mail",
    "gmial", "yahoo", "outlook", "icloud", "live", "proton", "zoho",
)  # fmt: skip
"""Without one of these a text has no address, and the slower patterns need not look."""
_LEFT, _RIGHT = 100, 140


def mails(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses stand, in order."""
    lower = text.lower()
    if not any(hint in lower for hint in _HINTS):
        return
    yield from (found.span() for found in _SPACED.finditer(text))
    last = 0
    for at in _AT.finditer(text):
        left, right = text[max(last, at.start() - _LEFT) : at.start()], text[at.end() : at.end() + _RIGHT]
        length = _host(at, left, right)
        local = _LOCAL.search(left) if length else None
        if local and at["left_out"] and not _is_named(left, local):
            continue
        if local and not _is_handle(at, left, local, right[:length]):
            glued = _GLUED.match(local.group())
            last = at.end() + length
            yield at.start() - len(local.group()) + (glued.end() if glued else 0), last


def _is_named(left: str, local: re.Match[str]) -> bool:
    """Whether "e-mail" stands directly before a name without a sign for @."""
    return _NO_NAME.match(local.group()) is None and _CUE_BESIDE.search(left[: local.start()]) is not None


def _is_handle(at: re.Match[str], left: str, local: re.Match[str], host: str) -> bool:
    """Whether it is the name of an account such as @bandung.id after a word, and no address."""
    if left[max(0, local.start() - 1) : local.start()] == "@":
        return True
    apart = at.group()[0] in " \t" and at.group().endswith("@")
    return apart and (_NO_LOCAL.match(local.group()) is not None or _COMMON_END.search(host) is None)


def _host(at: re.Match[str], left: str, text: str) -> int:
    """The length of the host's name; 0: there is none. A mere word for @ needs a spelt dot or a known provider."""
    if at["left_out"] is not None:
        found = _LEFT_OUT.match(text)
        return found.end() if found else 0
    provider = _PROVIDER.match(text)
    if provider and (at["word"] is None or provider["rest"] or provider["glued"] or _CUE.search(left)):
        return provider.end()
    if at["word"] is not None and at["word"].strip(" \t").lower() == "a":
        return 0
    plain = _PLAIN_HOST.match(text) if at["sign"] else None
    host = plain or _LOOSE_HOST.match(text)
    if host is None or (not plain and (at["word"] or at["sign"]) and not _SPELT.search(host.group())):
        return 0
    return host.end()
