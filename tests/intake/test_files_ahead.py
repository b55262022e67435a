"""Files that are sent before their complaint: kept, shown, removed, attached when it is filed, or deleted."""

import io
from datetime import timedelta

import pytest
from starlette.datastructures import UploadFile

from chassis.base.clock import FixedClock
from intake import files_ahead
from intake.context import Intake
from intake.filing import Filing, file
from intake.orphans import Orphans
from intake.uploads import FileRefused, upload_of
from schemas.base.ids import complaint_id
from schemas.base.limits import ATTACHMENTS
from schemas.complaint.state import Complaint
from schemas.contract.submission import Complaining

KEY = "00000000-0000-4000-8000-00000000000a"
COMPLAINT = complaint_id("web", "", KEY)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + b"\0" * 32


async def send(intake: Intake, content: bytes = PNG, name: str = "jalan.png") -> None:
    await files_ahead.keep(intake, COMPLAINT, await upload_of(UploadFile(io.BytesIO(content), filename=name)))


async def names(intake: Intake) -> list[str | None]:
    return [each.name for each in await files_ahead.waiting(intake, COMPLAINT)]


async def filed(intake: Intake) -> Complaint:
    return (await file(intake, Filing("", KEY, Complaining(text="Lampu padam")))).state


async def held(intake: Intake) -> int:
    return (await intake.repository.load(COMPLAINT)).state.attachments


async def test_files_wait_in_order_once_and_are_attached_to_the_complaint(intake: Intake) -> None:
    for name in ("a.png", "a.png"):
        await send(intake, name=name)
    assert isinstance(intake.clock, FixedClock)
    intake.clock.advance(timedelta(seconds=1))
    await send(intake, PNG + b"2", "b.png")
    assert await names(intake) == ["a.png", "b.png"]
    await filed(intake)
    assert await files_ahead.join(intake, COMPLAINT) == (2, 0)
    assert (await held(intake), await names(intake)) == (2, [])
    assert await files_ahead.join(intake, COMPLAINT) == (0, 0), "repeatable"


async def test_a_removed_file_is_gone_and_not_attached(intake: Intake) -> None:
    await send(intake)
    [one] = await files_ahead.waiting(intake, COMPLAINT)
    await files_ahead.remove(intake, COMPLAINT, one.attachment)
    assert await names(intake) == []
    assert not await intake.attachments.holds(COMPLAINT)


@pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b"MZ program", "type")])
async def test_a_file_that_is_not_taken_says_why_and_leaves_nothing(
    intake: Intake, content: bytes, reason: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        await send(intake, content)
    assert refused.value.reason == reason
    assert await names(intake) == []


async def test_a_complaint_holds_no_more_files_ahead_than_after(intake: Intake) -> None:
    for number in range(ATTACHMENTS):
        await send(intake, PNG + bytes([number]))
    with pytest.raises(FileRefused) as refused:
        await send(intake, PNG + b"more")
    assert refused.value.reason == "count"


async def test_the_sweep_attaches_what_a_crash_left_and_deletes_what_nobody_filed(intake: Intake) -> None:
    clock = intake.clock
    assert isinstance(clock, FixedClock)
    await send(intake)
    clock.advance(timedelta(hours=23))
    await Orphans(intake).once()
    assert await names(intake) == ["jalan.png"], "somebody may still send it"
    await filed(intake)
    await Orphans(intake).once()
    assert (await held(intake), await names(intake)) == (1, [])


async def test_what_was_never_filed_is_deleted_after_a_day(intake: Intake) -> None:
    clock = intake.clock
    assert isinstance(clock, FixedClock)
    await send(intake)
    clock.advance(timedelta(hours=25))
    await Orphans(intake).once()
    assert await names(intake) == []
    assert not await intake.attachments.holds(COMPLAINT)
    await filed(intake)
    assert await held(intake) == 0
