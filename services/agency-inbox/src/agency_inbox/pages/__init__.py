"""The officers' pages: inbox, case, templates, due dates, unit. They call the functions behind agency-inbox's API and
obey its access rules; no rule is written here.
"""

from fastapi import APIRouter

from agency_inbox.pages import case, due, inbox, settings, templates, unit
from chassis.signin.pages import page_router

router: APIRouter = page_router()
for part in (inbox, settings, templates, due, unit, case):
    router.include_router(part.router)
