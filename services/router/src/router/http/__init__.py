"""Router over HTTP: the registry, calendars, the triage desk, the arbiter's table, what was reported before."""

from fastapi import APIRouter

from router.http import calendars, desk, duplicates, registry

router = APIRouter()
router.include_router(registry.router)
router.include_router(calendars.router)
router.include_router(desk.router)
router.include_router(duplicates.router)
