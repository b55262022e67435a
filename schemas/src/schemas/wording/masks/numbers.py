"""Identity numbers (NIK, family cards) and, beside a word that names them, accounts. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from schemas.wording.masks import near
from schemas.wording.masks.groups import UNKNOWN, Group

LENGTH: Final = 16
"""Digits of a NIK and of a family card's number: Permendagri 102 of 2009 (region, day of birth or issue, serial)."""
_NIK: Final = re.compile(
    r"(?:1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-7])(?!00)\d\d(?!00)\d\d(?:0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])"
    r"(?:0[1-9]|1[0-2])\d\d(?!0000)\d{4}"
)
_WITH_CUE: Final = range(14, 19)
_ACCOUNT: Final = range(8, 21)
_LEAST_KNOWN: Final = 6


def identity(text: str, groups: Sequence[Group], at: int) -> int:
    """How many groups from `at` are one identity number; 0: none."""
    first = groups[at]
    if len(first.digits) >= LENGTH and not first.spoken and len(first.digits.replace(UNKNOWN, "")) >= _LEAST_KNOWN:
        return 0 if near.is_fraction(text, first) else 1
    digits, count, cued = "", 0, 0
    for number, group in enumerate(groups[at : at + _WITH_CUE.stop], 1):
        digits += group.digits
        if len(digits) >= _WITH_CUE.stop:
            break
        if len(digits) == LENGTH:
            count = number
        cued = number if len(digits) in _WITH_CUE and not count else cued
    found = groups[at : at + count]
    if count and not _is_one(found):
        return 0
    if _is_token(groups[max(0, at - 1) : at + count + 1]) and not near.says(near.IDENTITY, text, first.start):
        return 0
    listed = any(each.gap.strip() == "," for each in found[1:])
    if count and not listed and (_NIK.fullmatch("".join(each.digits for each in found)) or _is_uniform(found)):
        return count
    found = groups[at : at + (count or cued)]
    if not found or _are_counts(found) or not near.says(near.IDENTITY, text, first.start):
        return 0
    return len(found)


def _is_one(found: Sequence[Group]) -> bool:
    """Whether the gaps are those of one number: no list of numbers, no path of a letter's number."""
    gaps = {each.gap.strip() for each in found[1:]}
    return all(len(each.digits) == 1 for each in found) or all(gaps == {sign} or sign not in gaps for sign in ",/")


def _are_counts(found: Sequence[Group]) -> bool:
    """Whether they are years or counts of families beside "KK": 2021 2022 2023 2024 and 120, 135, 150, 170, 180."""
    years = all(len(each.digits) == 4 and each.digits[:2] in ("19", "20") for each in found)
    return years or (len(found) > 1 and {len(each.digits) for each in found} <= {2, 3} and len(found[0].digits) == 3)


def _is_uniform(found: Sequence[Group]) -> bool:
    """Sixteen single digits, or four groups of four that are neither years nor times."""
    sizes, gaps = {len(each.digits) for each in found}, {each.gap for each in found[1:]}
    if UNKNOWN in "".join(each.digits for each in found):
        return False
    if sizes == {1}:
        return len(gaps) == 1
    if sizes != {4} or len(gaps) != 1:
        return False
    years = all(each.digits[:2] in ("19", "20") for each in found)
    numbers = [int(each.digits) for each in found]
    readings = numbers == sorted(numbers) and numbers[-1] - numbers[0] < numbers[0] / 4
    return not years and not readings and not near.look_like_times(found)


def _is_token(groups: Sequence[Group]) -> bool:
    """Whether a fifth group of four stands beside: the token of a prepaid electricity meter has twenty digits."""
    sizes, gaps = {len(each.digits) for each in groups}, {each.gap for each in groups[1:]}
    return len(groups) > 4 and sizes == {4} and len(gaps) == 1


def account(text: str, groups: Sequence[Group], at: int) -> int:
    """How many groups from `at` are the number of an account, a tax payer or a customer that is named beside it."""
    digits, count = "", 0
    for number, group in enumerate(groups[at : at + _ACCOUNT.stop], 1):
        if number > 1 and (group.gap not in {" ", "-", "."} or (group.spoken and not groups[at].spoken)):
            break
        digits += group.digits
        if len(digits) >= _ACCOUNT.stop:
            break
        if len(digits) in _ACCOUNT:
            count = number
    found = groups[at : at + count]
    if not count or near.are_hours(text, found) or near.length_of_date(groups, at):
        return 0
    if near.are_thousands(found) and not (len(found) > 3 and near.says(near.ACCOUNT_NUMBER, text, found[0].start)):
        return 0
    after = text[found[-1].end : found[-1].end + 25].lower()
    if near.says(near.BUDGET, text, found[0].start):
        return 0
    named = near.says_of_both(near.ACCOUNT, text, found[0].start) or near.ACCOUNT_AFTER.match(after) is not None
    if not named and not (count == 1 and near.is_amount_or_date(found[0].digits)):
        named = near.says(near.BANK, text, found[0].start)
    return count if named and UNKNOWN not in digits else 0
