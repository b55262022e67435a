"""The citizen's pages: home, filing, tracking. They call the functions behind intake's API; no rule is written here."""

from fastapi import APIRouter

from chassis.signin.pages import page_router
from intake.pages import as_typed, counter, drafts, filed, follow, home, lost, own, report, track

router: APIRouter = page_router()
router.include_router(home.router)
router.include_router(lost.router)
router.include_router(own.router)
router.include_router(track.router)
router.include_router(filed.router)
router.include_router(report.router)
router.include_router(counter.router)
router.include_router(drafts.router)
router.include_router(as_typed.router)
router.include_router(follow.router)
