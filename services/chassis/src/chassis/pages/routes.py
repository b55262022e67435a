"""Delivers styles and scripts. Their address changes with their content, so browsers keep them for ever."""

from dataclasses import replace
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from chassis.http.access import ANYONE, allow
from chassis.pages.assets import ROOT, by_address

KEPT: Final = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
router: Final = APIRouter(include_in_schema=False)


@router.get(ROOT + "/{name}", dependencies=[allow(replace(ANYONE, page=True))])
async def asset(name: str, request: Request) -> Response:
    """One file, compressed as the browser takes it."""
    found = by_address().get(f"{ROOT}/{name}")
    if found is None:
        raise HTTPException(404)
    encoding, body = found.encoded(request.headers.get("accept-encoding", ""))
    headers = KEPT if encoding is None else {**KEPT, "content-encoding": encoding}
    return Response(body, media_type=found.media_type, headers=headers)
