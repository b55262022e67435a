"""Loaded complaints as the rules of reading take them."""

from chassis.write.lead import root_lead
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from schemas.access.reading import Case, Reading
from schemas.registry.fold import Registry


async def case_of(repository: Repository, loaded: LoadedStream, registry: Registry) -> Case:
    """The complaint, with the root of the complaints that a joined one follows."""
    return Case(loaded.state, registry, loaded.facts, await root_lead(repository, loaded.state))


def as_read(loaded: LoadedStream, reading: Reading) -> LoadedStream:
    """The stream as far as it may be read beyond what is public: all of it, or up to a version."""
    return loaded if reading.version is None else loaded.until(reading.version)
