"""What happened to a case while somebody wrote about it."""

from collections.abc import Sequence
from uuid import UUID

from agency_inbox.moving import MoveRequest, causes_of
from chassis.write.loaded import LoadedStream
from schemas.complaint.fold import RecordedFact
from schemas.events.agency_inbox import INTERNAL, ComplaintDelivered
from schemas.events.codec import metadata_of


def since(loaded: LoadedStream, version: int, asked: MoveRequest) -> Sequence[RecordedFact]:
    """The facts after that version that whoever writes must know of. None if one of them is this very request, which
    was sent again.
    """
    later = [event for event in loaded.recorded if event.version > version]
    own: tuple[UUID, ...] = causes_of(asked)
    if any(metadata_of(event).causation_id in own for event in later):
        return ()
    untold = (*INTERNAL, ComplaintDelivered)
    return [each for each in loaded.facts() if each.version > version and not isinstance(each.fact, untold)]
