"""Kemendagri region codes: province 32, regency or city 32.73, district 32.73.01."""

from typing import Final

PROVINCE_LENGTH: Final = len("32")
REGENCY_LENGTH: Final = len("32.73")
DISTRICT_LENGTH: Final = len("32.73.01")


def is_province(code: str) -> bool:
    return len(code) == PROVINCE_LENGTH


def province(code: str) -> str:
    """The code of the province that contains the region."""
    return code[:PROVINCE_LENGTH]


def regency(code: str) -> str:
    """The code of the regency or city that contains the region; a province's code stays as it is."""
    return code[:REGENCY_LENGTH]
