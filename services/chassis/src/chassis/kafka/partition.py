"""The partition of a key."""

from functools import lru_cache

from aiokafka.partitioner import murmur2

from schemas.base.topics import COMPLAINT_EVENTS, FIXED


@lru_cache(maxsize=100_000)
def partition_of(key: bytes) -> int:
    """The partition of `complaint-events` that Kafka's default partitioner chooses for this key. Cached: hashing in
    Python is slow.
    """
    return int(murmur2(key) & 0x7FFFFFFF) % FIXED[COMPLAINT_EVENTS].partitions
