"""A photo that a reporter sent, with its copy without hidden data, as the worker leaves both."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid5

from PIL import Image, ImageDraw

from chassis.attachments.store import Attachments, Copy, FileId
from chassis.write.repository import Repository
from schemas.events.intake import AttachmentAdded, AttachmentChecked
from support.inbox import keep


async def add_photo(
    repository: Repository, attachments: Attachments, complaint: UUID, now: datetime, name: str = "Lampu Pak Budi.jpg"
) -> UUID:
    """Add it to a complaint of the store; its id."""
    photo, content = uuid5(complaint, name), _picture()
    at = now + timedelta(seconds=2)
    keys = (await repository.keyring.ensure([complaint]))[complaint]
    for copy in Copy:
        await attachments.keep(FileId(complaint, photo, copy, len(content)), _pieces(content), keys)
    about = {"at": at, "attachment": photo, "media_type": "image/jpeg", "size_bytes": len(content)}
    added = AttachmentAdded.model_validate(about | {"name": name})
    checked = AttachmentChecked.model_validate(about | {"outcome": "cleaned"})
    await keep(repository.store, repository, complaint, [added, checked])
    return photo


def _picture() -> bytes:
    """A lamp post at night."""
    drawn = Image.new("RGB", (640, 480), (28, 34, 58))
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 400, 640, 480), fill=(60, 60, 66))
    pen.rectangle((310, 120, 322, 400), fill=(150, 150, 156))
    pen.ellipse((280, 84, 352, 132), fill=(90, 90, 96))
    out = BytesIO()
    drawn.save(out, "JPEG")
    return out.getvalue()


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content
