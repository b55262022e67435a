"""How much of what does intake take? Every limit and period of this service, named once."""

from datetime import timedelta
from typing import Final

TEXT_CHARS: Final = 10_000
TITLE_CHARS: Final = 200
NAME_CHARS: Final = 200
ADDRESS_CHARS: Final = 500
EMAIL_CHARS: Final = 254
"""RFC 5321, section 4.5.3.1.3."""
PHONE_CHARS: Final = 30

ATTACHMENTS: Final = 5
ATTACHMENT_BYTES: Final = 10 * 1024 * 1024
FORM_BYTES: Final = 64 * 1024
"""What a form may take around its file."""
MEDIA_TYPES: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "application/pdf": "pdf",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/m4a": "m4a",
}
"""Told by content, never by name; and the ending under which a file is handed out again."""

PUBLIC_MOVES: Final = 200
"""Of the reporter's side, a complaint: a public that writes without end must not make a stream unreadable."""

ORPHAN_AFTER: Final = timedelta(hours=24)
"""A person whom no stream names is removed after this long untouched: the filing was never finished."""
NUMBERS_AT_ONCE: Final = 500
"""Public numbers that a process takes from the counter together. What it does not use stays a gap."""
CODES_AT_ONCE: Final = 2_000
"""Rows that a rebuild of the codes writes together."""

DEFAULT_CHANNEL: Final = "web"
KAFKA_LOOK_S: Final = 2.0
"""Between two looks whether Kafka answers, and how long one may take."""
SOURCES_REMEMBERED: Final = 20_000
"""Clients whose rate is known at one time."""
NOTICES_SINCE: Final = timedelta(days=3)
"""A notice that is older is not sent any more: it would tell what is long past."""
