"""Fills the read models behind the public pages and lists, as their background tasks would."""

from chassis.project.from_store import StoreProjection
from reporting import queries
from reporting.context import Reporting
from reporting.listed import listed_view
from reporting.views import reports_view


async def fill_public(reporting: Reporting) -> None:
    """Up to the store's newest event."""
    repository = reporting.repository
    for view in (reports_view(repository), listed_view(repository)):
        await StoreProjection(repository.store, reporting.database, queries.METADATA, view).catch_up()
    await reporting.figures.catch_up()
