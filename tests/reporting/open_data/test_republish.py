"""After an upgrade every line is sent once more, and a newer line that another process sent meanwhile stays the last one."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from chassis.write.repository import Repository
from reporting.app import open_data_projection
from reporting.context import Reporting
from reporting.open_data.republish import Republish
from reporting.reaction import publish_open_data
from schemas.contract.open_data import ComplaintSummary, Line
from schemas.events import OWNER
from schemas.events.intake import ComplaintWithdrawn
from schemas.reference.load import policies
from support import recount
from support.figures import fill, newest
from support.inbox import keep


class Topic:
    """Keeps what is sent; calls `meanwhile` once, during the first send."""

    def __init__(self) -> None:
        self.lines = list[Line]()
        self.meanwhile = None

    async def send(self, lines: Sequence[Line]) -> None:
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        self.lines += lines

    def last(self) -> dict[str, Line]:
        return {line.public_number: line for line in self.lines}


async def ready(reporting: Reporting, topic: Topic) -> Republish:
    lines = open_data_projection(reporting)
    await lines.catch_up()
    lines.unready = lambda: None  # type: ignore[method-assign]
    react = publish_open_data(reporting.registry, policies(), topic)
    return Republish(reporting.database, reporting.repository, react, lines)


async def test_every_public_report_is_sent_once(reporting: Reporting) -> None:
    found, topic = await fill(reporting, Random(3), 250), Topic()
    republish = await ready(reporting, topic)
    while await republish.send():
        pass
    public = {each.state.public_number for each in recount.everything(found) if each.seen and not each.state.whole}
    assert len(topic.lines) == len(public)
    assert topic.last().keys() == public
    assert all(isinstance(line, ComplaintSummary) and line.received_at for line in topic.lines)
    again = await ready(reporting, topic)
    assert not await again.send()
    assert len(topic.lines) == len(public)


async def test_a_line_that_became_old_while_it_was_sent_is_followed_by_the_newer_one(reporting: Reporting) -> None:
    found, topic = await fill(reporting, Random(4), 60), Topic()
    one = next(each for each in recount.everything(found) if each.seen and each.state.is_open and not each.state.whole)

    async def withdrawn() -> None:
        fact = ComplaintWithdrawn(at=newest(found) + timedelta(hours=1), cause="reporter")
        owner = Repository(reporting.repository.store, reporting.repository.keyring, OWNER[ComplaintWithdrawn.__name__])
        await keep(owner.store, owner, one.state.id, [fact])

    topic.meanwhile = withdrawn
    republish = await ready(reporting, topic)
    while await republish.send():
        pass
    last = topic.last()[one.state.public_number]
    assert last.version == one.state.version + 1
