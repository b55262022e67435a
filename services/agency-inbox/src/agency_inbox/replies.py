"""What agencies' own systems answer: read as an outsider's word, decided as an officer's click.

Which agency answers is read off the topic, which it alone may write; never off the message.
"""

from collections.abc import Awaitable, Callable
from typing import Final, assert_never

from pydantic import BaseModel, ValidationError

from agency_inbox.casework import Acknowledge, Clarify, Move, RecordProgress, Respond, Return
from agency_inbox.context import Inbox
from agency_inbox.handlers import carry_out
from chassis.base.errors import Poison
from chassis.base.message import Message
from chassis.write.repository import Cause
from schemas import contract, wording
from schemas.base.ids import derived_id
from schemas.base.limits import CLIENT
from schemas.base.refusals import Refusal
from schemas.base.topics import agency_of
from schemas.contract.base import Reply

TopicId = Callable[[str], Awaitable[str]]
"""The id of an agency's replies topic."""
GROUP: Final = "agency-inbox.replies"
"""The consumer group."""


class Replies:
    """Receives one reply (see `chassis.react.external_consumer.Receive`); the same one read twice adds nothing."""

    def __init__(self, inbox: Inbox, topic_id: TopicId) -> None:
        self._inbox, self._topic_id = inbox, topic_id

    async def __call__(self, message: Message) -> None:
        """Carry it out.

        Raises:
            Poison: unknown, malformed, or refused by a rule; the reason begins with a code.
            Retryable: as store and broker say.
        """
        agency, reply = agency_of(message.topic), parsed(message)
        # Read from a topic that is written once: the same message, the same cause.
        causation = derived_id("reply", agency, await self._name(agency, message))
        cause = Cause(causation, reply.complaint, self._inbox.clock.now(), request=reply.model_dump_json().encode())
        try:
            await carry_out(self._inbox, agency, reply.complaint, move_of(reply), cause)
        except Refusal as no:
            raise Poison(f"{no.code()}: {wording.refusal(no, 'id')}") from no

    async def _name(self, agency: str, message: Message) -> str:
        given = dict(message.headers).get("ce_id")
        if given:
            return given.decode(errors="replace")
        return f"{await self._topic_id(agency)}/{message.partition}/{message.offset}"


def parsed(message: Message) -> Reply:
    """The reply as its type says.

    Raises:
        Poison: no such type, or fields that do not fit; they are named, and nothing of what they said is.
    """
    headers = dict(message.headers)
    if len(headers.get("ce_id") or b"") > CLIENT:
        raise Poison(f"invalid-field: ce_id has more than {CLIENT} letters")
    name = (headers.get("ce_type") or b"").decode(errors="replace")
    model = contract.REPLIES.get(name)
    if model is None:
        raise Poison(f"unknown-type: ce_type must be one of {', '.join(contract.REPLIES)}")
    try:
        return model.model_validate_json(message.value or b"")
    except ValidationError as error:
        raise Poison(f"invalid-field: {_named(error)}") from None


def move_of(reply: BaseModel) -> Move:
    """The reply as a move."""
    match reply:
        case contract.Acknowledged():
            return Acknowledge(reply.unit)
        case contract.Returned():
            return Return(reply.reason, reply.suggested_agency, reply.suggested_unit)
        case contract.Progress():
            return RecordProgress(reply.text)
        case contract.Clarification():
            return Clarify(reply.question)
        case contract.Answered():
            return Respond(reply.text, reply.seen_version)
        case _:
            assert_never(reply)  # type: ignore[arg-type]


def _named(error: ValidationError) -> str:
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    # The name of a field that we do not know is the sender's own text: told only where it is ours.
    return "; ".join(f"{_field(fault['loc'], fault['type'])}: {fault['type']}" for fault in faults[:5])


def _field(loc: tuple[int | str, ...], type_: str) -> str:
    return "an unknown field" if type_ == "extra_forbidden" else ".".join(map(str, loc)) or "body"
