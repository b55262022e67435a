"""The public pages: reports, agencies, what is ignored. They call the functions behind reporting's API."""

from fastapi import APIRouter

from chassis.signin.pages import page_router
from reporting.pages import bodies, content, ignored, report, reports

router: APIRouter = page_router()
router.include_router(reports.router)
router.include_router(report.router)
router.include_router(content.router)
router.include_router(bodies.router)
router.include_router(ignored.router)
