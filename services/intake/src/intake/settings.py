"""How much of what does intake take? What is this service's own; published limits are in
`schemas.base.limits`.
"""

from typing import Final

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

NUMBERS_AT_ONCE: Final = 500
"""Public numbers that a process takes from the counter together. What it does not use stays a gap."""
CODES_AT_ONCE: Final = 2_000
"""Rows that a rebuild of the codes writes together."""

CHAIN: Final = 20
"""Joined complaints from a follower up to its root, at most."""
DEFAULT_CHANNEL: Final = "web"
KAFKA_LOOK_S: Final = 2.0
"""Between two looks whether Kafka answers, and how long one may take."""
SOURCES_REMEMBERED: Final = 20_000
"""Clients whose rate is known at one time."""
