"""History as of a date."""

from datetime import timedelta

import pytest

from reporting import timeline
from reporting.context import Reporting
from schemas.complaint.lifecycle import Status
from support.inbox import T0
from support.lives import answered, confirmed, filed, named, routed, write


@pytest.mark.parametrize(
    ("hours", "status"), [(0.5, Status.UNPLACED), (1.5, Status.ROUTED), (2.5, Status.ANSWERED), (9, Status.CLOSED)]
)
async def test_a_complaint_is_shown_as_of_a_date(reporting: Reporting, hours: float, status: Status) -> None:
    await write(reporting.repository, named("a"), filed(1), routed(), answered(), confirmed())
    loaded = await reporting.repository.load(named("a"))

    known = timeline.until(loaded.facts(), T0 + timedelta(hours=hours))

    assert timeline.state_at(loaded.state, known).status is status


def test_a_date_is_the_end_of_that_day_where_the_reader_lives() -> None:
    assert timeline.instant("2026-03-02").isoformat() == "2026-03-02T23:59:59.999999+07:00"
    assert timeline.beginning("2026-03-02").isoformat() == "2026-03-02T00:00:00+07:00"
    assert timeline.instant("2026-03-02T10:00").isoformat() == "2026-03-02T10:00:00+07:00"
