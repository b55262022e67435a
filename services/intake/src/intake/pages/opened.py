"""Which complaints this browser has opened: a cookie with their codes, so that no address holds one. It ends with the
browser, and scripts cannot read it.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import Request, Response

from chassis.signin.pages import set_cookie
from schemas.base.ids import MalformedCode, parse_public_number, parse_tracking_code

MOST: Final = 12
"""Complaints that are remembered; the one opened longest ago is forgotten."""


def opened(request: Request) -> dict[str, str]:
    """Tracking codes by public number, as the browser sends them: nothing of it is trusted but what is well-formed."""
    found = {}
    for pair in request.cookies.get(_name(request), "").split(".")[:MOST]:
        number, _, code = pair.partition(":")
        try:
            found[parse_public_number(number)] = parse_tracking_code(code)
        except MalformedCode:
            continue
    return found


def remember(request: Request, answer: Response, number: str, code: str) -> None:
    """Remember one more."""
    before = {each: of for each, of in opened(request).items() if each != number}
    _set(request, answer, dict([*before.items(), (number, code)][-MOST:]))


def forget(request: Request, answer: Response, number: str) -> None:
    """Remember it no more."""
    _set(request, answer, {each: of for each, of in opened(request).items() if each != number})


def _set(request: Request, answer: Response, codes: Mapping[str, str]) -> None:
    value = ".".join(f"{number}:{code}" for number, code in codes.items())
    set_cookie(request, answer, _name(request), value, None if codes else 0)


def _name(request: Request) -> str:
    return "__Host-lacak" if request.scope["scheme"] == "https" else "lacak"
