"""One front in process for each module of tests; each test has complaints of its own, in every state."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from chassis.pages import parts
from support.commands import own_state
from support.front import Front, opened
from support.public_views import fill_public
from support.stage import Staged, set_stage
from support.stage_photo import add_photo


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new state without rate limits."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(parts, "WITHIN_S", 60.0)  # a page without a part is what other tests look at
        own_state(tmp_path_factory.mktemp("pages"), monkeypatch)
        for name in ("FILINGS", "REQUESTS", "FAILED_CODES"):
            monkeypatch.setenv(f"SATUPINTU_{name}_PER_MINUTE", "0")
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened_front(settings: None) -> AsyncIterator[Front]:
    """Opening it costs seconds."""
    async with opened() as front:
        yield front


@pytest.fixture
def front(opened_front: Front) -> Front:
    """In a new browser, whose forms say that they come from our pages."""
    opened_front.web.cookies.clear()
    opened_front.app.state.signin = None
    opened_front.web.headers["Sec-Fetch-Site"] = "same-origin"
    return opened_front


@pytest_asyncio.fixture(loop_scope="module")
async def stage(front: Front) -> dict[str, Staged]:
    """Complaints by the name of their state."""
    intake = front.app.state.intake
    now = intake.clock.now()
    found = await set_stage(front.web, front.repository, now)
    await add_photo(intake.repository, intake.attachments, found["photo"].id, now)
    await fill_public(front.app.state.reporting)
    return found
