"""Reports that look the same as the one being written: asked of router's API, shown as the public reads them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from fastapi import Request

from chassis.pages.parts import Answer, Call, asked, do
from chassis.pages.texts import N_
from intake.pages.filing_form import place_of
from intake.pages.kit import PAGES
from intake.pages.status import turn_of
from schemas.base.values import ComplaintClass, HolderKind
from schemas.complaint.lifecycle import Status
from schemas.wording.names import HOLDERS

MOST: Final = 3
WITHIN_S: Final = 1.0
"""A person waits for this page to look for them; without an answer in time they go on."""
WORDS: Final = 280
"""Characters of a like report's text that are shown."""


class Like(NamedTuple):
    """A public report that may be about the same. `turn`: who must act next; None: nobody. `text` and `title`: as the
    public reads them.
    """

    number: str
    received_at: str
    status_text: str
    turn: str | None
    title: str | None
    text: str
    supports: int


class Compared(NamedTuple):
    """The like reports, likeliest first, and the class that the words seem to be of, if that is plain."""

    like: Sequence[Like] = ()
    proposed: str | None = None


async def compare(request: Request, given: Mapping[str, str], lang: str) -> Compared:
    """What router finds in time; nothing if it does not answer."""
    body = {"text": given.get("isi", ""), "place": place_of(given)}
    asking = asyncio.ensure_future(do(request, Call("/api/v1/duplicates", method="POST", body=body, lang=lang)))
    done, _ = await asyncio.wait({asking}, timeout=WITHIN_S)  # a late one goes on, and makes the next one faster
    asking.add_done_callback(_seen)
    if not done or asking.exception() is not None:
        return Compared()
    answer = asking.result()
    if not answer.ok:
        return Compared()
    proposed = answer.body.get("class")
    found = answer.body["duplicates"][:MOST]
    return Compared(await _shown(request, found, lang), proposed if proposed in tuple(ComplaintClass) else None)


def _seen(asking: asyncio.Future[Answer]) -> None:
    # `do` has logged it; without this asyncio would log once more what nobody waits for.
    if not asking.cancelled():
        asking.exception()


async def support(request: Request, number: str, key: str, lang: str) -> bool:
    """Support a public report; False: there is none of this number.

    Raises:
        StoreUnavailable: its service does not answer.
    """
    path = f"/api/v1/reports/{number}/support"
    return (await do(request, Call(path, method="POST", body={}, key=key, lang=lang))).ok


async def _shown(request: Request, found: Sequence[Mapping[str, Any]], lang: str) -> list[Like]:
    calls = {each["public_number"]: Call(each["links"]["report"], lang=lang) for each in found}
    reports = await asked(request, calls)
    return [_like(each, reports[each["public_number"]], lang) for each in found if reports[each["public_number"]]]


def _like(found: Mapping[str, Any], report: Mapping[str, Any], lang: str) -> Like:
    text = report["text"] or ""
    cut = text if len(text) <= WORDS else f"{text[:WORDS].rsplit(' ', 1)[0]} …"
    kind = HolderKind(found["holder"].partition(":")[0])
    holder = found["holder_name"] or HOLDERS[kind][lang]
    turn = turn_of(Status(found["status"]), holder, PAGES.text(N_("pelapornya"), lang))
    return Like(
        found["public_number"], found["received_at"], found["status_text"], turn, report["title"], cut,
        report["supports"],
    )  # fmt: skip
