"""An agency's own complaints over HTTP: read them, and send commands.

A complaint of another agency and one that does not exist get the same 404.
"""

from fastapi import APIRouter

from agency_inbox.http import cases, lists, moves, offices

router = APIRouter()
router.include_router(lists.router)
router.include_router(cases.router)
router.include_router(moves.router)
router.include_router(offices.router)
