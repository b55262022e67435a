"""Receives replies from agencies' own systems and decides on them like on an officer's request over HTTP.

The topic says which agency replies, because only that agency may write to it; the message does not.
"""

from collections.abc import Awaitable, Callable
from typing import Final, cast

from pydantic import ValidationError

from agency_inbox.bodies import KafkaReply, command_of
from agency_inbox.context import Inbox
from agency_inbox.handlers import carry_out
from chassis.base.errors import Poison
from chassis.base.message import Message
from chassis.write.repository import Cause
from schemas import contract, wording
from schemas.access.principal import Role, acting_as, system_of
from schemas.base.client_keys import canonical_key, other_spellings
from schemas.base.ids import derived_id
from schemas.base.limits import CLIENT
from schemas.base.refusals import InvalidField, NotTheHolder, Refusal
from schemas.base.strict_json import NoJson, strict_json
from schemas.base.topics import agency_of

TopicId = Callable[[str], Awaitable[str]]
"""The id of an agency's replies topic."""
GROUP: Final = "agency-inbox.replies"
"""The consumer group."""


class Replies:
    """Handles one reply (see `chassis.react.external_consumer.Receive`). The same reply again appends nothing."""

    def __init__(self, inbox: Inbox, topic_id: TopicId) -> None:
        self._inbox, self._topic_id = inbox, topic_id

    async def __call__(self, message: Message) -> None:
        """Carry it out.

        Raises:
            Poison: unknown, malformed, or refused by a rule; the reason begins with a code.
            Retryable: as store and broker say.
        """
        agency, reply = agency_of(message.topic), parsed(message)
        given = await self._message_id(agency, message)
        causation = derived_id("reply", agency, canonical_key(given))
        former = tuple(derived_id("reply", agency, spelled) for spelled in other_spellings(given))
        at, asked = self._inbox.clock.now(), reply.model_dump_json().encode()
        actor = acting_as(system_of(agency), Role.AGENCY)
        cause = Cause(causation, reply.complaint, at, request=asked, former=former, actor=actor)
        try:
            await carry_out(self._inbox, agency, reply.complaint, command_of(reply), cause)
        except Refusal as refusal:
            raise Poison(f"{refusal.code()}: {wording.refusal(_withheld(refusal), 'id')}") from refusal

    async def _message_id(self, agency: str, message: Message) -> str:
        # Without a `ce_id` the place in the topic names the message: it never changes.
        ce_id = dict(message.headers).get("ce_id")
        if ce_id:
            return ce_id.decode(errors="replace")
        return f"{await self._topic_id(agency)}/{message.partition}/{message.offset}"


def parsed(message: Message) -> KafkaReply:
    """The reply, as the model of its `ce_type`.

    Raises:
        Poison: unknown type or invalid fields. The reason names the fields and repeats none of their content.
    """
    headers = dict(message.headers)
    if len(headers.get("ce_id") or b"") > CLIENT:
        raise Poison(f"invalid-field: ce_id has more than {CLIENT} characters")
    name = (headers.get("ce_type") or b"").decode(errors="replace")
    model = contract.REPLIES.get(name)
    if model is None:
        raise Poison(f"unknown-type: ce_type must be one of {', '.join(contract.REPLIES)}")
    try:
        return cast("KafkaReply", model.model_validate(strict_json(message.value or b"")))
    except NoJson:
        raise Poison("invalid-field: body: json_invalid") from None
    except InvalidField as broken:
        raise Poison(f"invalid-field: {broken.data['field']}: {broken.data['why']}") from None
    except ValidationError as error:
        raise Poison(f"invalid-field: {_faults(error)}") from None


def _withheld(refusal: Refusal) -> Refusal:
    # As `complaint.unassigned`, a refusal does not tell a former holder who holds it now.
    return NotTheHolder(holder_name="instansi lain") if isinstance(refusal, NotTheHolder) else refusal


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{_field(fault['loc'], fault['type'])}: {fault['type']}" for fault in faults[:5])


def _field(loc: tuple[int | str, ...], type_: str) -> str:
    # The name of an unknown field is the sender's own text, so it is not repeated.
    return "an unknown field" if type_ == "extra_forbidden" else ".".join(map(str, loc)) or "body"
