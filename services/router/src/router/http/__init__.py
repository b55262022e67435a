"""All endpoints of router: registry, calendars, triage desk and arbiter, duplicates, regions."""

from fastapi import APIRouter

from router.http import calendars, content, dead_letters, desk, duplicates, picture, regions, registry

router = APIRouter()
router.include_router(registry.router)
router.include_router(calendars.router)
router.include_router(content.router)
router.include_router(desk.router)
router.include_router(duplicates.router)
router.include_router(regions.router)
router.include_router(picture.router)
router.include_router(dead_letters.router)
