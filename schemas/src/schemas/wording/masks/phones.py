"""Telephone numbers among groups of digits: mobile, fixed and foreign ones. Pure.

The numbering plan is Kominfo's Fundamental Technical Plan (regulation 14 of 2018): a mobile number is 08 and 8 to 11
more digits, a fixed one an area code of 3 or 4 digits and 5 to 8 more. 0800, 0804, 0807, 1500xxx and short numbers are
services and no persons: they stay.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from schemas.wording.masks import near
from schemas.wording.masks.groups import UNKNOWN, Group

_NATIONAL: Final = re.compile(r"(?:(?:0062|62)0?|0)(8(?:[1-9].*)?)")
_MOBILE_CODE: Final = re.compile(r"8(?:1[1-9]|2[1-3]|3[1238]|5[1-9]|7[7-9]|8[1-9]|9[5-9])")
_AREA: Final = re.compile(r"02[124]|031|061|0[2-79][1-9]\d")
_SERVICE: Final = re.compile(r"1500|14\d{3}$")
_LEAST, _MOST, _MOST_AT_ONCE, _LEAST_KNOWN = 10, 13, 15, 4
_LEAST_WITH_CUE: Final = 8
_MOST_GROUPS: Final = 18
_LEAST_FIXED: Final = 9
_SUBSCRIBER: Final = range(5, 9)
_LONGITUDE: Final = re.compile(r"(?:9[5-9]|1[0-3]\d|14[01])[.,]$")
_FIXED_ABROAD: Final = re.compile(r"62[2-79]")
_CITY: Final = re.compile(r"62(?:2[124]|31|61)")
_SIXTIES: Final = tuple(f"6{digit}" for digit in "01345678")


def phone(text: str, groups: Sequence[Group], at: int) -> int:
    """How many groups from `at` are one telephone number; 0: none."""
    if near.says(near.DEVICE_OR_PAPER, text, groups[at].start) or _is_in_code(groups, at):
        return 0
    readers = (_mobile, _fixed, _abroad, _bare, _local)
    return next((count for read in readers if (count := read(text, groups, at))), 0)


def _is_in_code(groups: Sequence[Group], at: int) -> bool:
    """Whether short parts with the same dot before and after them are a code: 10.15.08.13.1.00221."""
    parts = groups[max(0, at - 1) : at + 2]
    return (
        at > 0
        and len(parts) == 3
        and {each.gap for each in parts[1:]} == {"."}
        and {len(p.digits) for p in parts} == {2}
    )


def _mobile(text: str, groups: Sequence[Group], at: int) -> int:
    first = groups[at]
    begins = first.digits.startswith(("0", "62")) or (first.plus and first.digits == "6")
    if not begins or _is_coordinate(text, first):
        return 0
    count = _extent(text, groups, at, _national)
    return count if count and not _is_other(text, groups[at : at + count]) else 0


def _national(digits: str) -> str | None:
    """The number with 0 before it; empty or short while it only may become one; None: it is no mobile number."""
    if digits in ("0", "6", "62", "00", "006", "0062", "620", "00620"):
        return ""
    found = _NATIONAL.fullmatch(digits)
    return f"0{found.group(1)}" if found else None


def _extent(text: str, groups: Sequence[Group], at: int, read: Callable[[str], str | None]) -> int:
    """How many groups from `at` make a number that `read` knows, and that is long enough; 0: none."""
    digits, best, cued = "", 0, 0
    for count, group in enumerate(groups[at : at + _MOST_GROUPS], 1):
        if best and not _goes_on(text, groups, at, count - 1):
            break
        digits += group.digits
        number = read(digits)
        if number is None or len(number) > (_MOST_AT_ONCE if count == 1 else _MOST):
            break
        unknown = number.count(UNKNOWN)
        if len(number) >= _LEAST_WITH_CUE and not best:
            cued = count
        if len(number) >= (_LEAST_WITH_CUE if unknown else _LEAST) and len(number) - unknown >= _LEAST_KNOWN:
            best = count
    named = cued and any(near.says(cue, text, groups[at].start) for cue in (near.PHONE, near.PHONE_OF))
    return best or (cued if named else 0)


def _goes_on(text: str, groups: Sequence[Group], at: int, count: int) -> bool:
    """Whether the group after `count` groups that are a number already can belong to it."""
    before, group = groups[at + count - 1], groups[at + count]
    if "\n" in group.gap or group.plus:
        return False
    if group.spoken:
        return any(each.spoken for each in groups[at : at + count])
    if group.digits.strip(UNKNOWN) == "":
        return True
    if count == 1 or (group.gap != before.gap and group.gap.strip() in {"/", ","}):
        return False
    if group.gap == before.gap and (len(group.digits) == len(before.digits) or not near.is_counted(text, group.end)):
        return True
    return len(group.digits) >= 3 and not group.digits.startswith(("08", "62"))


def _is_other(text: str, found: Sequence[Group]) -> bool:
    """Whether groups with the digits of a mobile number are decimals, times, an amount or a letter's number."""
    if len(found) == 1:
        return False
    gaps, first = {each.gap.strip() for each in found[1:]}, found[0]
    spelt = first.spoken or all(len(each.digits) == 1 for each in found)
    if first.digits == "0" and not spelt and (found[1].gap in {".", ","} or len(found[1].digits) > 4):
        return True
    pairs = len(first.digits) == 2 and len(found[1].digits) <= 2 and not spelt and first.digits != "62"
    if pairs and len(gaps) > 1 and not any(each.spoken for each in found):
        return True
    if len(found) > 2 and all(len(each.digits) == 4 and each.digits.startswith("08") for each in found):
        return not near.says(near.PHONE, text, first.start)  # 0811/0812/0813: codes of operators
    if "," in gaps and not (spelt or len(first.digits) >= 3 or first.digits == "62"):
        return True
    if not first.plus and near.are_thousands(found):
        return True
    if "/" in gaps and (found[-1].digits[:2] in ("19", "20") and len(found[-1].digits) == 4):
        return not near.says(near.PHONE, text, first.start)
    return near.are_times(text, found) or (text[max(0, first.start - 1) : first.start] == "/" and gaps == {"/"})


def _is_coordinate(text: str, group: Group) -> bool:
    """Whether the group stands after the decimal point of a latitude or longitude."""
    before = text[max(0, group.start - 5) : group.start]
    return near.is_fraction(text, group) and ("-" in before or _LONGITUDE.search(before) is not None)


def _fixed(text: str, groups: Sequence[Group], at: int) -> int:
    """A fixed number with its area code, also with the 0 apart: 0 21 555 1234."""
    apart = groups[at : at + 2]
    if apart[0].digits == "0" and len(apart) > 1 and apart[1].gap in {" ", "-"} and not apart[1].spoken:
        joined = apart[1]._replace(start=apart[0].start, digits=f"0{apart[1].digits}")
        count = _fixed_at(text, [joined, *groups[at + 2 : at + 5]], 0)
        return count + 1 if count > 1 else 0
    return _fixed_at(text, groups, at)


def _fixed_at(text: str, groups: Sequence[Group], at: int) -> int:
    first = groups[at]
    area = _AREA.match(first.digits)
    if area is None or near.is_letter_or_house(text, first.start):
        return 0
    if len(first.digits) >= _LEAST_FIXED:
        rest = first.digits[area.end() :]
        is_number = len(rest) in _SUBSCRIBER and rest[0] != "0" and not _SERVICE.match(rest)
        return 1 if is_number and not _is_coordinate(text, first) else 0
    if area.end() != len(first.digits) or text[max(0, first.start - 1) : first.start] == "/":
        return 0
    count, subscriber = _subscriber(groups[at + 1 : at + 4], len(first.digits))
    if not count or subscriber[0] == "0" or (subscriber[0] == "1" and count > 1) or _SERVICE.match(subscriber):
        return 0
    times = near.look_like_times(groups[at : at + 1 + count]) and not near.says(near.PHONE, text, first.start)
    return 0 if times else 1 + count


def _subscriber(groups: Sequence[Group], area: int) -> tuple[int, str]:
    """How many groups after the area code are the subscriber's number, and its digits."""
    digits, count = "", 0
    for number, group in enumerate(groups, 1):
        if not {",", "\n"}.isdisjoint(group.gap) or (digits and "/" in group.gap):
            break
        if len(group.digits) < (3 if count else 2) or len(digits + group.digits) > max(_SUBSCRIBER):
            break
        digits += group.digits
        if "/" in group.gap and len(digits) < 6:
            break
        count = number if len(digits) >= 10 - area else count
    return count, digits


def _abroad(text: str, groups: Sequence[Group], at: int) -> int:
    """A number with a country's code after a plus sign, or a fixed one of Indonesia after 0062."""
    first = groups[at]
    if (first.plus and not first.digits.startswith(("0", "6"))) or (first.plus and first.digits[:2] in _SIXTIES):
        count = _extent(text, groups, at, lambda digits: digits if len(digits) <= _MOST_AT_ONCE else None)
        return 0 if near.are_thousands(groups[at : at + count]) else count
    shaped = first.digits == "62" and [len(each.digits) > 2 for each in groups[at + 1 : at + 3]] in (
        [False, True],
        [True] * 2,
    )
    known = first.plus or first.digits == "0062" or shaped or (len(first.digits) > 10 and _CITY.match(first.digits))
    found = groups[at : at + (_extent(text, groups, at, _fixed_from_abroad) if known else 0)]
    return 0 if not first.plus and near.are_thousands(found) else len(found)


def _fixed_from_abroad(digits: str) -> str | None:
    digits = digits.removeprefix("00")
    if len(digits) <= 2:
        return "" if "62".startswith(digits) else None
    return f"0{digits[2:]}" if _FIXED_ABROAD.match(digits) else None


def _bare(text: str, groups: Sequence[Group], at: int) -> int:
    """A mobile number without 0 before it."""
    first = groups[at]
    if not _MOBILE_CODE.match(first.digits) and first.digits != "8":
        return 0
    if first.spoken or near.is_fraction(text, first):
        return 0
    cued = near.says(near.PHONE, text, first.start)
    if cued and len(first.digits) == 1:
        return _single(groups[at : at + 12])
    if len(first.digits) >= (9 if cued else 11):
        return 1 if len(first.digits) <= 12 else 0
    if len(first.digits) != 3 or near.are_thousands(groups[at : at + 4]):
        return 0
    found = groups[at : at + 3]
    digits = "".join(each.digits for each in found)
    alike = len({each.gap for each in found[1:]}) == 1 and (cued or found[-1].gap == "-")
    shaped = all(len(each.digits) in (3, 4, 5) for each in found)
    return 3 if len(found) == 3 and alike and shaped and 9 <= len(digits) <= 12 and (cued or len(digits) > 9) else 0


def _single(groups: Sequence[Group]) -> int:
    """How many groups of one digit each are a mobile number without 0 before it."""
    count = next((n for n, each in enumerate(groups) if len(each.digits) != 1), len(groups))
    digits = "".join(each.digits for each in groups[:count])
    return count if count >= 9 and _MOBILE_CODE.match(digits) else 0


def _local(text: str, groups: Sequence[Group], at: int) -> int:
    """A number without area code, which only a word beside it shows to be one."""
    digits, count = "", 0
    for number, group in enumerate(groups[at : at + 3], 1):
        if len(group.digits) < 3 or (number > 1 and group.gap not in {" ", "-"}):
            break
        digits += group.digits
        if 6 <= len(digits) <= 9:
            count = number
    found = "".join(each.digits for each in groups[at : at + count])
    if not count or found[0] in "01" or near.length_of_date(groups, at):
        return 0
    after = text[groups[at + count - 1].end :][:30].lower()
    named = near.says(near.PHONE, text, groups[at].start) or (len(found) > 6 and near.PHONE_AFTER.match(after))
    return count if named else 0
