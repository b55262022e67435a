"""Checks at the end of a run: everybody was notified, the pages show the truth, and what had to be erased is gone."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from agency_inbox.views import INBOX
from agency_inbox.views import METADATA as INBOX_METADATA
from agency_inbox.views import row_of as inbox_row
from intake import tracking_view
from intake.notices.news import news_for_audience, news_for_reporter
from intake.storage import tables as intake
from intake.storage.tracking_codes import TrackingCodes
from reporting import queries
from reporting.report_row import row_of
from reporting.statistics.books import books, counts
from schemas.base.ids import derived_id
from schemas.base.streams import complaint_stream
from schemas.base.topics import agency_inbox, agency_of
from schemas.complaint.state import Complaint
from schemas.contract.open_data import SummaryRetracted, summary
from schemas.events.intake import ContactRead
from simulation.link import disk
from simulation.people import MAIL, NAME
from simulation.processes import METADATA
from simulation.stepper import at_once
from simulation.watch import Lost
from simulation.world import World
from support import recount
from support.world import POLICIES

RECENT: Final = timedelta(days=POLICIES.versions[-1].news_d, hours=-1)
"""Nobody is notified of events older than `news_d`; a run takes less than an hour to come to rest."""


def told_and_shown(world: World) -> None:
    """Check everything that must follow from the events in the store. Raises Lost."""
    for letter in world.letters:
        raise Lost("set-aside", f"{letter.service}: {letter.reason}")
    for check in (
        _agencies,
        _shown,
        _counted,
        _published,
        _supported,
        _reporters,
        _subscribers,
        _forgotten,
        _compacted,
        _codes,
        _readings,
        _nothing_of_persons,
    ):
        check(world)


def _agencies(world: World) -> None:
    """Every agency was told of its complaints, in the topic that exists today."""
    topics = world.broker.topics
    for state in world.watch.states.values():
        for agency, told in state.news.items():
            receipt = state.receipts.get(agency)
            if receipt is None or receipt.message_id != told.event_id:
                raise Lost("not-told", f"{agency} was not told of {told.kind} of {complaint_stream(state.id)}")
            if not state.is_open or state.agency != agency:
                continue
            topic = topics.get(agency_inbox(agency))
            if topic is None or str(topic.id) != receipt.topic_id:
                raise Lost("not-told", f"{agency} holds {complaint_stream(state.id)}, and its topic does not have it")
            message = topic.partitions[0][receipt.offset]
            if dict(message.headers)["ce_id"].decode() != str(receipt.message_id):
                raise Lost("false-receipt", f"{message.place} tells something else")


def _compacted(world: World) -> None:
    """After an erasure the newest message of every topic that had its words is the one without."""
    for state in world.watch.states.values():
        if not state.erased:
            continue
        key = str(state.id).encode()
        for name, topic in world.broker.topics.items():
            about = [message for message in topic.partitions[0] if message.key == key] if _is_inbox(name) else []
            if about and dict(about[-1].headers)["ce_type"] != b"complaint.erased":
                raise Lost("not-compacted", f"{about[-1].place} is the newest of {complaint_stream(state.id)}")


def _is_inbox(name: str) -> bool:
    return name == agency_inbox(agency_of(name))


def _shown(world: World) -> None:
    rows = {row.complaint: (row.version, row.status) for row in _rows("reporting", queries.METADATA, queries.REPORTS)}
    figures = {
        row.complaint: (row.version, row.status) for row in _rows("reporting", queries.METADATA, queries.FIGURES)
    }
    inbox = {row.complaint: (row.version, row.agency) for row in _rows("agency-inbox", INBOX_METADATA, INBOX)}
    for state in world.watch.states.values():
        row, own = row_of(state), inbox_row(state, world.watch.registry, POLICIES)
        for name, shown in (("reports", rows), ("figures", figures)):
            if shown.get(row.complaint) != (row.version, row.status):
                raise Lost("shown-wrong", f"{name} shows {row.complaint} as {shown.get(row.complaint)}, not {row}")
        expected = (own.version, own.agency) if own.agency else None
        if inbox.get(own.complaint) != expected:
            raise Lost("shown-wrong", f"the inbox has {own.complaint} as {inbox.get(own.complaint)}, not {expected}")


def _counted(world: World) -> None:
    """The sums are those of the events."""
    shown = disk("reporting", queries.METADATA).look(
        lambda connection: (books(connection), counts(connection, "agency"))
    )
    told = {each: world.watch.told[each] for each in world.watch.states}
    if shown[0] != (expected := recount.books(told)):
        raise Lost("counted-wrong", f"the books show {shown[0]}, not {expected}")
    by_agency = {(row["key"], row["status"], row["reason"]): row["count"] for row in shown[1]}
    if by_agency != (counted := recount.counts(told, "agency")):
        raise Lost("counted-wrong", f"the counts show {by_agency}, not {counted}")


def _published(world: World) -> None:
    for state in world.watch.states.values():
        line = summary(state, world.watch.registry, None)
        shown = world.lines.get(state.public_number)
        # A part has its whole's public number and shares its line.
        hidden = line is None and state.whole is None
        if hidden and shown is not None and not isinstance(shown, SummaryRetracted):
            raise Lost("published-secret", f"open data shows {shown.public_number}, which is not public")
        if line is not None and (shown is None or shown.version != line.version):
            raise Lost("not-published", f"open data shows version {shown and shown.version} of {line.public_number}")


def _supported(world: World) -> None:
    shown = {(row.complaint, row.supporter) for row in _rows("reporting", queries.METADATA, queries.SUPPORTS)}
    if shown != world.watch.supports:
        raise Lost("support-lost", f"{sorted(world.watch.supports ^ shown)} is in the store, or shown, alone")


def _reporters(world: World) -> None:
    """Each reporter with an address was notified of the recent events."""
    since = world.clock.now() - RECENT
    for state in world.watch.states.values():
        if state.person is not None and not state.erased:
            told = world.mailbox.get(state.id, {})
            for item in news_for_reporter(state, world.watch.told[state.id], since):
                if item.event_id not in told:
                    raise Lost("reporter-not-told", f"{item.kind} of {complaint_stream(state.id)}")


def _subscribers(world: World) -> None:
    since = world.clock.now() - RECENT
    # An address that was never confirmed has no row here and gets nothing.
    for row in _rows("intake", intake.metadata, intake.metadata.tables["confirmations"]):
        state, told = world.watch.state(UUID(bytes=row.complaint)), world.mailbox.get(UUID(bytes=row.complaint), {})
        for item in news_for_audience(state, world.watch.told.get(state.id, ()), since):
            heard = derived_id("watched", str(item.event_id), str(UUID(bytes=row.id)))
            if item.fact.at.isoformat() >= row.at and heard not in told:
                raise Lost("watcher-not-told", f"{item.kind} of {complaint_stream(state.id)}")


def _forgotten(world: World) -> None:
    """After an erasure nothing is left that shows who the person is or what they wrote."""
    persons, letters = _kept("persons"), _kept("letters")
    for state in world.watch.states.values():
        if not state.erased or state.whole is not None:
            continue
        kept = [name for name, there in (("persons", persons), ("letters", letters)) if state.id in there]
        kept += ["mailbox"] if world.mailbox.get(state.id) else []
        kept += ["keys"] if at_once(world.keyring.load([state.id]))[state.id].generations else []
        if kept:
            raise Lost("not-forgotten", f"{complaint_stream(state.id)} was erased, and there are still {kept}")


def _codes(world: World) -> None:
    """Every code that was given out opens its complaint, unless its version was ended."""
    known = TrackingCodes(disk("intake", METADATA["intake"]), world.code_secrets)
    rows = {
        (bytes(row.hash), bytes(row.complaint))
        for row in _rows("intake", intake.metadata, intake.metadata.tables["codes"])
    }
    for complaint, code in world.codes.items():
        version = world.watch.state(complaint).code_version
        if code != known.of(complaint, version):
            raise Lost(
                "code-changed", f"the code of {complaint_stream(complaint)} is not that of its version {version}"
            )
        if known.row(complaint, code, version) not in rows:
            raise Lost("code-lost", f"the code of {complaint_stream(complaint)} opens nothing")


def _readings(world: World) -> None:
    """Each reading of a contact stands in the reporter's timeline, with the body and its reason."""
    for complaint, history in world.watch.told.items():
        read = [one.fact for one in history if isinstance(one.fact, ContactRead)]
        if not read:
            continue
        shown = tracking_view.page(world.watch.state(complaint), history, "", world.watch.registry, POLICIES, "id")
        lines = [line for line in shown["timeline"] if line["type"] == ContactRead.__name__]
        if len(lines) != len(read) or not all(
            fact.reason and fact.reason in str(line) for fact, line in zip(read, lines, strict=True)
        ):
            raise Lost(
                "reading-hidden", f"the timeline of {complaint_stream(complaint)} does not show who read the contact"
            )


def _nothing_of_persons(world: World) -> None:
    """Name and address stand in no table and in no topic in plain, whether erased or not."""
    for service, metadata in METADATA.items():
        for name, table in metadata.tables.items():
            if any(_names(value) for row in _rows(service, metadata, table) for value in row):
                raise Lost("person-in-plain", f"table {name} of {service} has a reporter's name or address")
    for name, topic in world.broker.topics.items():
        if any(_names(message.value) for partition in topic.partitions for message in partition):
            raise Lost("person-in-plain", f"topic {name} has a reporter's name or address")


def _names(value: Any) -> bool:
    if isinstance(value, bytes):
        return NAME.encode() in value or MAIL.encode() in value
    return isinstance(value, str) and (NAME in value or MAIL in value)


def no_strangers(world: World) -> None:
    """A day later the vault has no person that no stream names. Raises Lost."""
    for row in _rows("intake", intake.metadata, intake.metadata.tables["persons"]):
        state: Complaint = world.watch.state(UUID(bytes=row.complaint))
        if state.person != UUID(bytes=row.id):
            raise Lost(
                "stranger-kept", f"the vault has a person for {complaint_stream(state.id)} whom it does not name"
            )


def _kept(name: str) -> set[UUID]:
    """The complaints for which that table still has encrypted values."""
    rows = _rows("intake", intake.metadata, intake.metadata.tables[name])
    return {UUID(bytes=row.complaint) for row in rows if row.sealed is not None}


def _rows(service: str, metadata: Any, table: Any) -> Sequence[Any]:
    return disk(service, metadata).look(lambda connection: list(connection.execute(_every(table))))


@cache
def _every(table: Any) -> Any:
    return select(table)
