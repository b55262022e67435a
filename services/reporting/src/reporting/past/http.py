"""Questions about a past moment over HTTP. The answer comes later, at the job's address."""

import json
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from chassis.base.clock import SystemClock
from chassis.base.errors import Busy
from chassis.http.access import ANALYST, Caller, allow
from chassis.http.web import IdempotencyKey, StrictRoute
from reporting.http import Context
from reporting.past import jobs
from reporting.past.jobs import Job
from schemas.access.principal import client_of
from schemas.base.ids import derived_id
from schemas.base.refusals import NotFound, RequestDiffers
from schemas.base.values import AgencyId
from schemas.contract.base import RequestModel

router: Final = APIRouter(route_class=StrictRoute)
API: Final = "/api/v1/as-of"
RETRY_S: Final = 60
By = Literal["agency", "class", "region", "sector", "status"]


class PastQuestion(RequestModel):
    """`at`: a day, which means its end in Jakarta, or a time. `what`: `books`, `counts` (with `by`), `inbox` (with
    `agency`) or `complaint` (with its public number or id). `counted`: what was known by then, or what had happened by
    then although it came later.
    """

    at: date | AwareDatetime
    what: Literal["books", "counts", "inbox", "complaint"]
    counted: Literal["known", "happened"] = "known"
    by: By | None = None
    agency: AgencyId | None = None
    complaint: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,40}$")] | None = None

    @model_validator(mode="after")
    def _has_what_it_asks_for(self) -> "PastQuestion":
        if self.what == "inbox" and self.agency is None:
            raise ValueError("agency is required for inbox")
        if self.what == "complaint" and self.complaint is None:
            raise ValueError("complaint is required for complaint")
        return self

    def arguments(self) -> list[str]:
        """Of the command `as-of`."""
        last = {"counts": self.by and f"--by={self.by}", "inbox": self.agency, "complaint": self.complaint}
        named = last.get(self.what)
        return [f"--what={self.counted}", self.at.isoformat(), self.what, *([named] if named else [])]


class PastJob(BaseModel):
    """`status`: waiting, running, done (with `result`) or failed (with `why`). Kept for seven days."""

    id: str
    status: Literal["waiting", "running", "done", "failed"]
    asked_at: AwareDatetime
    ended_at: AwareDatetime | None
    why: str | None
    result: Any
    links: dict[str, str]


@router.post(API, status_code=HTTPStatus.ACCEPTED, dependencies=[allow(ANALYST)], responses={202: {"model": PastJob}})
async def ask_about_the_past(
    body: PastQuestion, key: IdempotencyKey, who: Caller, context: Context, response: Response
) -> dict[str, Any]:
    """Ask how the platform stood at a past moment. What people wrote is in no answer."""
    arguments, asked_by = body.arguments(), client_of(who)
    id_, now = str(derived_id("past", asked_by, key)), SystemClock().now()
    found = await context.database.run(lambda connection: jobs.ask(connection, id_, asked_by, arguments, now))
    if found is None:
        raise Busy(retry_after_s=RETRY_S)  # ten questions of theirs are still open
    if list(found.arguments) != arguments:
        raise RequestDiffers
    response.headers["location"] = f"{API}/{id_}"
    return _told(found)


@router.get(f"{API}/{{job}}", dependencies=[allow(ANALYST)], responses={200: {"model": PastJob}})
async def answer_about_the_past(job: str, who: Caller, context: Context, response: Response) -> dict[str, Any]:
    """Whether it is answered, and the answer. Only whoever asked may read it."""
    found = await context.database.read(lambda connection: jobs.find(connection, job))
    if found is None or found.asked_by != client_of(who):
        raise NotFound(what=job)
    response.headers["cache-control"] = "no-store"
    return _told(found)


def _told(found: Job) -> dict[str, Any]:
    return {
        "id": found.id, "status": found.status, "asked_at": found.asked_at, "ended_at": found.ended_at,
        "why": found.why, "result": None if found.result is None else json.loads(found.result),
        "links": {"self": f"{API}/{found.id}"},
    }  # fmt: skip
