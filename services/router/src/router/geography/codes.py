"""Kemendagri codes: province 32, regency or city 32.73, district 32.73.01; and those that a split ended."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

PROVINCE_LENGTH: Final = len("32")
REGENCY_LENGTH: Final = len("32.73")
DISTRICT_LENGTH: Final = len("32.73.01")


class Former(NamedTuple):
    """What a code became: another code, on that day, by that law."""

    code: str
    since: date
    law: str


def is_province(code: str) -> bool:
    """Whether it is a province's."""
    return len(code) == PROVINCE_LENGTH


def province(code: str) -> str:
    """The province in which it lies."""
    return code[:PROVINCE_LENGTH]


def regency(code: str) -> str:
    """The regency or city in which it lies; a province stays one."""
    return code[:REGENCY_LENGTH]


def current_code(code: str, former: Mapping[str, Former]) -> str:
    """The code that holds today: a district goes with its regency and keeps its own digits."""
    now = former.get(regency(code))
    return now.code + code[REGENCY_LENGTH:] if now is not None else code
