"""Limits and periods of intake. Published limits are in `schemas.base.limits`."""

from typing import Final

FORM_BYTES: Final = 64 * 1024
"""Size of a form without its file."""
NUMBERS_AT_ONCE: Final = 500
"""Public numbers that a process takes from the counter in one block; unused ones stay a gap."""
CODES_AT_ONCE: Final = 2_000
"""Rows in one transaction when the codes are rebuilt."""

CHAIN: Final = 20
"""Longest chain of joined complaints that is followed."""
DEFAULT_CHANNEL: Final = "web"
OPEN311_CHANNEL: Final = "open311"
KAFKA_PROBE_S: Final = 2.0
"""Period and timeout of the Kafka probe."""
MAX_SOURCES: Final = 20_000
"""Sources that the rate limiter keeps in memory."""
