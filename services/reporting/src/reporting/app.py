"""Composition root of reporting: opens what its endpoints, background tasks and commands use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from chassis.project.added_column import AddedColumn
from chassis.project.from_kafka import KafkaProjection
from chassis.project.from_store import StoreProjection
from chassis.project.rebuild import Rebuildable, rebuildable
from chassis.react.agent import Agent
from chassis.react.reaction import Guard
from chassis.service.platform import Platform
from chassis.service.process import BackgroundTask
from chassis.service.service import Service
from chassis.sql.database import Database
from reporting import content, http, open311, pages, queries
from reporting.books_metric import BooksMetric
from reporting.charts import http as charts
from reporting.charts import pages as chart_pages
from reporting.context import Reporting
from reporting.listed import listed_view
from reporting.open_data import http as open_data
from reporting.open_data.files import OpenFiles
from reporting.open_data.republish import Republish
from reporting.open_data.view import open_data_view
from reporting.past import http as past
from reporting.past.worker import PastJobs
from reporting.purging import WordPurge
from reporting.reaction import publish_open_data
from reporting.settings import SERVICE
from reporting.statistics.books import books
from reporting.statistics.view import figures_view
from reporting.summaries import KafkaSummaries
from reporting.views import SUPPORTS_VIEW, reports_view
from schemas.base.topics import COMPLAINT_EVENTS
from schemas.reference.load import policies


@asynccontextmanager
async def open_reporting(platform: Platform) -> AsyncIterator[Reporting]:
    """The service's own read models over the platform."""
    repository = platform.repository(SERVICE)
    database = Database(platform.settings.views_of(SERVICE), queries.METADATA)
    view = figures_view(repository, platform.registry, policies())
    figures = StoreProjection(platform.store, database, queries.METADATA, view)
    supports = StoreProjection(platform.store, database, queries.METADATA, SUPPORTS_VIEW)
    settings = platform.settings
    secret, codes = settings.hash_secret.get_secret_value(), settings.code_secrets
    try:
        limiter = platform.limits.limiter("content-reports", settings.filings_per_minute)
        yield Reporting(
            repository, platform.registry, platform.clock, database, figures, supports, secret, codes, limiter
        )
    finally:
        await database.close()


@asynccontextmanager
async def open_worker(platform: Platform) -> AsyncIterator[list[BackgroundTask]]:
    """The read models of reports, figures and supports, and the open data."""
    async with open_reporting(platform) as context:
        kafka, view = platform.kafka(SERVICE), reports_view(context.repository)
        summaries = KafkaSummaries(kafka)
        letters = platform.dead_letters(SERVICE)
        verifier = platform.verifier
        react = publish_open_data(context.registry, policies(), summaries)
        lines = open_data_projection(context)
        guard = Guard(context.repository, react, letters, verifier=verifier)
        try:
            yield [
                KafkaProjection(
                    context.database, queries.METADATA, view, verifier, kafka=kafka, group=f"{SERVICE}.views"
                ),
                Agent(SERVICE, "summary", [COMPLAINT_EVENTS], guard, kafka=kafka, ignores=guard.ignores),
                context.figures,
                context.supports,
                listed_projection(context),
                lines,
                OpenFiles(context.database),
                Republish(context.database, context.repository, react, lines),
                WordPurge(context.database),
                PastJobs(context.database),
                BooksMetric(context.database),
                AddedColumn(
                    context.database,
                    queries.REPORTS.c.supervision,
                    context.repository,
                    lambda state: state.supervision,
                ),
                letters.provisioner(),
            ]
        finally:
            await summaries.close()
            await letters.close()


def listed_projection(context: Reporting) -> StoreProjection:
    """The read model behind the public list."""
    repository = context.repository
    return StoreProjection(repository.store, context.database, queries.METADATA, listed_view(repository))


def open_data_projection(context: Reporting) -> StoreProjection:
    """The read model behind the files of open data."""
    view = open_data_view(context.repository, context.registry, policies())
    return StoreProjection(context.repository.store, context.database, queries.METADATA, view)


def views(context: Reporting) -> list[Rebuildable]:
    """The read models, for `satupintu rebuild`."""
    reports = Rebuildable(context.database, queries.METADATA, reports_view(context.repository))
    return [
        reports,
        rebuildable(context.figures),
        rebuildable(context.supports),
        rebuildable(listed_projection(context)),
        rebuildable(open_data_projection(context)),
    ]


ROUTERS: Final = [
    http.router,
    content.router,
    charts.router,
    open_data.router,
    past.router,
    chart_pages.router,
    open311.router,
    pages.router,
]
service: Final = Service(SERVICE, ROUTERS, open_reporting, open_worker, views, books=books)
