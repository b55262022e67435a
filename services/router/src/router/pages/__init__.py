"""Pages of the desk, the arbiter and the operator. They call the functions behind router's API; no rule is written
here.
"""

from fastapi import APIRouter

from chassis.signin.pages import page_router
from router.pages import arbiter, calendars, content, dead_letters, desk, operator, policies, precedents, registry

router: APIRouter = page_router()
router.include_router(content.router)  # before the desk's pages, whose last part is a report's id
router.include_router(desk.router)
router.include_router(arbiter.router)
router.include_router(precedents.router)
router.include_router(operator.router)
router.include_router(registry.router)
router.include_router(calendars.router)
router.include_router(policies.router)
router.include_router(dead_letters.router)
