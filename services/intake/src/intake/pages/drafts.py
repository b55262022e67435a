"""Drafts that a browser keeps, filing without a network, and the service worker that opens both.

Nothing of a draft is known here: scripts of the browser keep, list and send them (static/report of `chassis.pages`).
"""

import json
from functools import cache
from hashlib import sha256
from typing import Any, Final, Literal

from fastapi import APIRouter, Request, Response

from chassis.http.access import ANYONE
from chassis.http.headers import WITH_POSITION
from chassis.pages.assets import address, assets
from chassis.pages.render import View
from chassis.signin.pages import page_allow, page_router, render
from intake.pages.kit import PAGES
from schemas.base.limits import ADDRESS, ATTACHMENTS, BODY, CONTACT

DRAFTS, OFFLINE = "/draf", "/lapor/luring"
WORKER: Final = "/luring.js"
TEMPLATES: Final = {DRAFTS: "draf.html", OFFLINE: "lapor_luring.html"}
STANDS_IN: Final = {"/lapor": OFFLINE, "/lapor/lampiran": OFFLINE, OFFLINE: OFFLINE, DRAFTS: DRAFTS}
"""By the address that cannot be reached: the page that is shown."""
WORKER_HEADERS: Final = {
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'none'; connect-src 'self'",
}
router: APIRouter = page_router()


@router.get(DRAFTS, dependencies=[page_allow(ANYONE)])
async def drafts(request: Request) -> Response:
    """The drafts of this browser."""
    return render(request, TEMPLATES[DRAFTS], pages=PAGES, **_values())


@router.get(OFFLINE, dependencies=[page_allow(ANYONE)])
async def offline(request: Request) -> Response:
    """Filing on one page, which the service worker shows where there is no network."""
    answer = render(request, TEMPLATES[OFFLINE], pages=PAGES, **_values())
    answer.headers["permissions-policy"] = WITH_POSITION
    return answer


@router.get(WORKER, dependencies=[page_allow(ANYONE)])
async def worker(bahasa: Literal["id", "en"] = "id") -> Response:
    """The service worker for pages in a language. It changes with everything that it keeps."""
    return Response(_worker(bahasa), media_type="text/javascript", headers=WORKER_HEADERS)


@cache
def _worker(lang: str) -> str:
    kept = [address(name) for name in ("satupintu.css", "satupintu.js", "lapor.js", "tanda.svg")]
    pages = {path: f"{shown}?lang={lang}" for path, shown in STANDS_IN.items()}
    script = assets()["luring.js"].body.decode()
    rendered = [PAGES.render(View(lang, path, f"lang={lang}"), name, **_values()) for path, name in TEMPLATES.items()]
    version = sha256("\n".join([script, *kept, *rendered]).encode()).hexdigest()[:16]
    given = {"VERSION": version, "PAGES": pages, "ASSETS": kept}
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in given.items()) + script


def _values() -> dict[str, Any]:
    return {"most": BODY, "most_address": ADDRESS, "most_contact": CONTACT, "most_files": ATTACHMENTS}
