"""The citizen's pages: home, filing, tracking. They call the functions behind intake's API; no rule is written here."""

from fastapi import APIRouter

from chassis.signin.pages import page_router
from intake.pages import counter, home, report, track

router: APIRouter = page_router()
router.include_router(home.router)
router.include_router(track.router)
router.include_router(report.router)
router.include_router(counter.router)
