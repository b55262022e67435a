"""Every limit of the published language, named once. Lengths in characters, sizes in bytes."""

from typing import Final

TITLE: Final = 200
BODY: Final = 10_000
"""Also of details, answers and disputes."""
NOTE: Final = 2_000
"""Reasons, questions and progress."""
ADDRESS: Final = 500
EARLIER_DETAILS: Final = 100_000
"""Of what a reporter added before a split, in each part's first fact: sealed, it still fits one message of Kafka's."""
NAME: Final = 200
"""Of a person, a body, a file."""
EMAIL: Final = 254
PHONE: Final = 20
CLIENT: Final = 200
"""Ids and keys that a client makes."""
CHANNEL: Final = 40
ATTACHMENTS: Final = 5
ATTACHMENT_BYTES: Final = 10 * 1024 * 1024
REQUEST_BYTES: Final = 1024 * 1024
PUBLIC_MOVES: Final = 200
"""Of the reporter's side on one complaint; never the agency's, router's or escalation's."""
PAGE: Final = 100
