"""Limits and periods of agency-inbox."""

from typing import Final

SERVICE: Final = "agency-inbox"
MESSAGE_BYTES: Final = 900_000
"""Longest message to an agency; Kafka accepts 1 MiB. Longer ones lose their oldest details, which HTTP still shows."""
TOPIC_BATCH: Final = 100
"""Topics in one request to the broker."""
PROVISION_PERIOD_S: Final = 5.0
"""How often topics of new agencies are created and recreated topics are found."""
TOPICS_FRESH_S: Final = 5.0
"""Longest age of the cached topic ids."""
REFUSALS_A_MINUTE: Final = 100
"""Refused replies that an agency's topic tells one by one within a minute."""
REST_PERIOD_S: Final = 5.0
"""How often the number of the other refused replies may be told."""
CACHED_RECEIPTS: Final = 10_000
"""Receipts kept in memory until they are in the store, so that a conflict does not send a message again."""
SEARCHED_CASES: Final = 2_000
"""Open cases that one search opens."""
SEARCHED_AT_ONCE: Final = 50
SEARCH_FOUND: Final = 50
"""Cases that one search finds."""
SEARCH_S: Final = 1.0
"""How long one search opens cases."""
OFFICERS: Final = 500
"""Officers of one agency that are listed; saved views of one officer; answer templates of one agency."""
SAVED_VIEWS: Final = 20
TEMPLATES: Final = 200
