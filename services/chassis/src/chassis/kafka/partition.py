"""The partition of a key."""

from functools import lru_cache
from typing import Final

from aiokafka.partitioner import murmur2

from schemas.base.topics import COMPLAINT_EVENTS, FIXED

DEFAULT: Final = FIXED[COMPLAINT_EVENTS].partitions
"""Of `complaint-events`."""


@lru_cache(maxsize=100_000)
def partition_of(key: bytes, partitions: int = DEFAULT) -> int:
    """Which of so many partitions Kafka's default partitioner chooses for this key. Cached: hashing in Python is
    slow.
    """
    return int(murmur2(key) & 0x7FFFFFFF) % partitions
