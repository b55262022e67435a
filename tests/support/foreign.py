"""Records of strangers on our own topics, made from a true one."""

from collections.abc import Iterator
from uuid import UUID

from chassis.base.message import Header, Message

NOWHERE = UUID(int=77)


def changed(message: Message, *headers: Header) -> Message:
    """The record with these headers instead of its own."""
    names = {name for name, _ in headers}
    return message._replace(headers=[*(each for each in message.headers if each[0] not in names), *headers])


def forged(true: Message) -> Iterator[tuple[str, Message]]:
    """What a stranger may write, by name. None of these names an event that the store holds."""
    stranger = b"complaint-" + str(NOWHERE).encode()
    yield "no headers", true._replace(headers=[])
    yield "no body and no headers", true._replace(headers=[], value=None, key=None)
    yield "tombstone of an unknown event", changed(true._replace(value=None), ("ce_id", str(NOWHERE).encode()))
    yield "position of 40 digits", changed(true, ("ce_id", str(NOWHERE).encode()), ("ce_position", b"9" * 40))
    yield "position of 5,000 digits", changed(true, ("ce_position", b"9" * 5_000))
    yield "largest position", changed(true, ("ce_id", str(NOWHERE).encode()), ("ce_position", b"%d" % (2**63 - 1)))
    yield "position below 0", changed(true, ("ce_position", b"-1"))
    yield "version of 40 digits", changed(true, ("ce_sequence", b"8" * 40))
    yield "unknown event", changed(true, ("ce_id", str(NOWHERE).encode()))
    yield "unknown complaint", changed(true, ("ce_stream", stranger), ("ce_subject", str(NOWHERE).encode()))
    yield "another version", changed(true, ("ce_sequence", b"7"))
    yield "registry", changed(true, ("ce_stream", b"registry"))
    yield "stream of no id", changed(true, ("ce_stream", b"complaint-x"))
    yield "stream with NUL", changed(true, ("ce_stream", b"complaint-\0"))
    yield "id in braces", changed(true, ("ce_stream", b"complaint-{%s}" % str(NOWHERE).encode()))
    yield "time before all time", changed(true, ("ce_time", b"0001-01-01T00:00:00+14:00"))
    yield "headers of 200 kB", changed(true, ("ce_stream", b"x" * 200_000))
    yield "invalid UTF-8", changed(true, ("ce_type", b"\xff"))
    yield "wrong signature", changed(true, ("ce_id", str(NOWHERE).encode()), ("ce_signature", b"0" * 32))
