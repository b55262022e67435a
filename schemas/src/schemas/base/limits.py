"""Every limit of the shared language. Lengths in characters, sizes in bytes."""

from typing import Final

TITLE: Final = 200
BODY: Final = 10_000
"""Also of details, answers and disputes."""
ANSWER_LEAST: Final = 20
"""PermenPANRB 62/2018: a complaint is closed only by an answer of substance."""
NOTE: Final = 2_000
"""Reasons, questions and progress."""
ADDRESS: Final = 500
EARLIER_DETAILS: Final = 100_000
"""Total length of the details before a split, repeated in each part's first event: sealed, it fits a Kafka message."""
NAME: Final = 200
"""Of a person, an agency, a file."""
CONTACT: Final = 500
"""Characters kept of a name, an e-mail address or a telephone number as a person wrote it."""
CLIENT: Final = 200
"""Client ids and idempotency keys."""
CHANNEL: Final = 40
ATTACHMENTS: Final = 5
REQUEST_BYTES: Final = 1024 * 1024
PUBLIC_MOVES: Final = 200
"""Requests of the reporter's side on one complaint; services and agencies are not limited."""
PUBLIC_NOTES: Final = 50
"""Notes on one complaint by people who did not prove to be the reporter."""
PAGE: Final = 100
