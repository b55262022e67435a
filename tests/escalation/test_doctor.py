"""`satupintu doctor` looks at this service's own tables: late work and read models that stand still."""

from datetime import timedelta

import pytest

from chassis.base.clock import FixedClock
from chassis.service import findings
from chassis.service.doctor import of_service
from chassis.service.platform import Platform
from escalation.app import service
from escalation.context import Escalation
from support.lives import filed, named, routed, write


async def test_work_that_nobody_does_is_found_until_it_is_done(
    platform: Platform, escalation: Escalation, clock: FixedClock
) -> None:
    await write(escalation.repository, named("c1"), filed(), routed())
    await escalation.sweep.feed()
    assert await of_service(platform, service) == []
    clock.advance(timedelta(days=30))
    [late] = await of_service(platform, service)
    assert (late.check, late.known) == ("work", True)
    assert "escalation" in late.what
    assert late.since is not None
    assert late.since < clock.now() - timedelta(days=20)
    await escalation.sweep.once()
    assert await of_service(platform, service) == []


async def test_a_read_model_that_stands_still_is_found_with_the_command_that_mends_it(
    platform: Platform, escalation: Escalation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(escalation.repository, named("c1"), filed(), routed())
    await escalation.sweep.feed()
    monkeypatch.setattr(findings, "BEHIND_EVENTS", 0)
    [behind] = await of_service(platform, service)
    assert "escalation.ladder" in behind.what
    assert behind.do.endswith("satupintu rebuild escalation.ladder")
