"""Compresses pages that anybody gets, and no others (docs/adr/0076).

The length of a compressed page tells what it holds besides what an attacker put into its address (BREACH). So a page is
compressed only if the request carried nothing that says who asks: then the attacker could ask for it as well.
"""

from typing import Final

import cramjam
from fastapi import Request, Response

BROTLI: Final = 5
"""Quality: 60 kB of HTML cost 1 ms. Gzip's is its usual 6."""
LEAST_BYTES: Final = 1024
LANGUAGE_COOKIE: Final = "bahasa"


def compress(request: Request, page: Response) -> None:
    """Compress the page as the browser takes it, if anybody gets the same one."""
    if not is_for_anybody(request) or len(page.body) < LEAST_BYTES:
        return
    page.headers["vary"] = "accept-encoding, cookie"
    encoding = chosen(request.headers.get("accept-encoding", ""))
    if encoding is None:
        return
    raw = bytes(page.body)
    page.body = bytes(cramjam.brotli.compress(raw, BROTLI) if encoding == "br" else cramjam.gzip.compress(raw, 6))
    page.headers["content-encoding"], page.headers["content-length"] = encoding, str(len(page.body))


def is_for_anybody(request: Request) -> bool:
    """Whether the request says nothing about who asks: it only reads, and has no cookie but that of the language."""
    headers = request.headers
    return request.method in ("GET", "HEAD") and "authorization" not in headers and not {*request.cookies} - _NAMELESS


def chosen(accepted: str) -> str | None:
    """The smallest encoding that the header Accept-Encoding takes: `br` or `gzip`; None: neither."""
    names = {part.partition(";")[0].strip().lower() for part in accepted.split(",") if not _is_refused(part)}
    return next((name for name in ("br", "gzip") if name in names), None)


def _is_refused(part: str) -> bool:
    weight = part.partition("q=")[2].strip()
    return bool(weight) and not weight.strip("0.")


_NAMELESS: Final = {LANGUAGE_COOKIE}
