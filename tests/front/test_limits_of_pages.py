"""Pages are limited as the API is, and refuse with a page."""

from chassis.http.access import CallLimits
from chassis.http.rate_limit import RateLimiter
from support.front import Front


async def test_a_source_that_opens_too_many_pages_waits(front: Front) -> None:
    front.app.state.limits = CallLimits(RateLimiter(2, lambda: 6000.0), RateLimiter(0))
    answers = [await front.web.get("/masuk") for _ in range(3)]
    assert [each.status_code == 429 for each in answers] == [False, False, True]
    assert answers[2].headers["content-type"].startswith("text/html")
    assert int(answers[2].headers["retry-after"]) > 0


async def test_no_other_origin_reads_a_page(front: Front) -> None:
    for path in ("/masuk", "/saya"):
        answer = await front.web.get(path, headers={"Origin": "https://example.org"})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
