"""Files that a page takes: those of the review page before the complaint is filed, and those of the tracking page."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from intake import files_ahead, handlers
from intake.context import Intake
from intake.handlers import MoveRequest
from intake.pages.kit import new_key
from intake.uploads import Upload
from schemas.base.ids import derived_id
from schemas.base.refusals import Refusal


class Refused(NamedTuple):
    """A file that was not taken. `number`: among those that were chosen, from 1."""

    number: int
    name: str
    why: Refusal


async def keep_ahead(context: Intake, complaint: UUID, files: Sequence[Upload]) -> list[Refused]:
    """Keep files of a complaint that is not filed yet; those that were not taken."""
    refused = []
    for number, upload in enumerate(files, 1):
        try:
            await files_ahead.keep(context, complaint, upload)
        except Refusal as why:
            refused.append(Refused(number, upload.name or "", why))
    return refused


async def attach(context: Intake, complaint: UUID, files: Sequence[Upload], form_key: str) -> list[Refused]:
    """Attach files to a complaint, each under a key of its own; those that were not taken."""
    refused = []
    for number, upload in enumerate(files, 1):
        key = str(derived_id("form", form_key or new_key(), upload.digest))
        try:
            await handlers.attach(context, MoveRequest(complaint, "", key, "attachments"), upload)
        except Refusal as why:
            refused.append(Refused(number, upload.name or "", why))
    return refused
