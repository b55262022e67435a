"""What operators see of a dead letter: reason, origin and ids; never its content, which may be a citizen's words."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel

from chassis.base.message import Message
from chassis.deadletter.replay import OpenDeadLetter
from chassis.deadletter.topic import DROPPED

SERVICES: Final = ("router", "intake", "agency-inbox", "reporting")
"""The services that read Kafka and so may have dead letters."""
UUID_SHAPE: Final = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TYPE_SHAPE: Final = r"[A-Za-z.-]{1,60}"


class DeadLetterShown(BaseModel):
    """A message that could not be handled, without its content. `message`: its topic, partition and offset. `kept`: it
    is stored, so that it can be replayed. `type`, `id` and `subject` are of its headers.
    """

    offset: int
    at: datetime
    reason: str
    attempts: int
    message: str
    type: str
    id: str
    subject: str
    kept: bool


def shown(found: OpenDeadLetter) -> DeadLetterShown:
    """What may be shown of it."""
    letter, message = found.letter, found.letter.message
    given = headers_of(message)
    at = datetime.fromtimestamp(message.timestamp_ms / 1000, UTC)
    return DeadLetterShown(
        offset=found.offset, at=at, reason=letter.reason, attempts=letter.attempts, message=str(message.place),
        kept=DROPPED not in dict(message.headers), **given,
    )  # fmt: skip


def headers_of(message: Message) -> dict[str, str]:
    """Type, id and subject from the headers, if they have the expected form."""
    given = dict(message.headers)
    return {
        "type": plain(given.get("ce_type"), TYPE_SHAPE),
        "id": plain(given.get("ce_id")),
        "subject": plain(given.get("ce_subject")),
    }


def plain(value: bytes | None, shape: str = UUID_SHAPE) -> str:
    """The text of a header or key if it has this form."""
    # An external sender may put anything anywhere, such as a telephone number into the key.
    text = (value or b"").decode("ascii", "replace")
    return text if re.fullmatch(shape, text) else f"{len(text)} bytes, not shown" if text else "none"


def header_names(message: Message) -> Sequence[str]:
    """The names of the message's headers that are plain."""
    return [name for name, _ in message.headers if re.fullmatch(r"[a-z_-]{1,30}", name)]
