"""Router over HTTP: the registry, calendars, the triage desk, the arbiter's table, what was reported before."""

from fastapi import APIRouter

from router import http_calendars, http_desk, http_duplicates, http_registry

router = APIRouter()
router.include_router(http_registry.router)
router.include_router(http_calendars.router)
router.include_router(http_desk.router)
router.include_router(http_duplicates.router)
