"""Limits and periods of the agencies' inbox."""

from typing import Final

SERVICE: Final = "agency-inbox"
ANSWER_LETTERS: Final = 20
"""An answer of substance (PermenPANRB 62/2018: no closing without one) is at least this long."""
MESSAGE_BYTES: Final = 900_000
"""Longest message to an agency; Kafka takes one of 1 MiB. Beyond it the oldest details are left to the HTTP answer."""
TOPIC_BATCH: Final = 100
"""Topics asked of the broker in one call."""
NOTICE_S: Final = 5.0
"""How often new agencies and remade topics are looked for."""
TOPICS_FRESH_S: Final = 5.0
"""A topic that was deleted and made again is noticed within this time."""
REMEMBERED_SENDS: Final = 10_000
"""Sends whose receipts are kept in memory until they are in the store, so that a conflict does not send again."""
