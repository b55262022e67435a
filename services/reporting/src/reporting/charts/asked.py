"""Which reports are asked for: the parameters of the charts."""

from datetime import date, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.pages.map import UnknownRegion, region
from reporting.context import Reporting
from reporting.statistics.figures import Question
from reporting.statistics.periods import MOST_PERIODS, Step, fitting, starts
from reporting.statistics.read import Wanted
from schemas.base.refusals import InvalidField
from schemas.base.values import AgencyId, Day
from schemas.registry.calendars import DEFAULT_ZONE, zone_of

USUAL_DAYS: Final = 365
"""Length of the range that is shown unless another is asked for."""
FIRST_DAY: Final = date(2000, 1, 1)
PROVINCE_OR_REGENCY: Final = r"^[0-9]{2}(\.[0-9]{2})?$"


class Asked(BaseModel):
    """Parameters of every chart. Days are those of Jakarta, both ends included."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)
    since: Day | None = Field(default=None, alias="from", description="Default: 364 days before `to`.")
    until: Day | None = Field(default=None, alias="to", description="Default: today.")
    agency: AgencyId | None = None
    region: Annotated[str, StringConstraints(pattern=PROVINCE_OR_REGENCY)] | None = Field(
        default=None, description="A province or a regency."
    )
    step: Step | None = Field(default=None, description="Of charts over time; default: what fits the range.")


def question(context: Reporting, asked: Asked) -> Question:
    """The question with its defaults filled in.

    Raises:
        InvalidField: a range that ends before it begins, or has too many steps; an unknown region.
    """
    now = context.clock.now()
    until = asked.until or now.astimezone(zone_of(DEFAULT_ZONE)).date()
    since = asked.since or until - timedelta(days=USUAL_DAYS - 1)
    if since > until or since < FIRST_DAY:
        raise InvalidField(field="from", why=f"must lie between {FIRST_DAY} and `to`")
    step = asked.step or fitting(since, until)
    if len(starts(since, until, step)) > MOST_PERIODS:
        raise InvalidField(field="step", why=f"makes more than {MOST_PERIODS} rows of this range")
    if asked.region is not None:
        _check(asked.region)
    return Question(Wanted(since, until, asked.agency, asked.region), step, now)


def _check(code: str) -> None:
    try:
        region(code)
    except UnknownRegion as error:
        raise InvalidField(field="region", why="is not known") from error
