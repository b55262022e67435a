"""Files complaints of channel gateways (SMS, chat, e-mail) from their topics, like those over HTTP.

The topic says which gateway sends, because only that gateway may write to it. On the one topic that all of them wrote
before, the record's key said so.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple, TypeGuard

from pydantic import ValidationError

from chassis.base.errors import Poison
from chassis.base.message import Message
from intake.context import Intake
from intake.filing import Filing, file
from intake.gateway.sms_parts import receive_part
from schemas import wording
from schemas.access.principal import actor_of_client
from schemas.base.client_keys import device_client, gateway_client
from schemas.base.limits import CLIENT
from schemas.base.refusals import InvalidField, Refusal
from schemas.base.strict_json import NoJson, is_whole, lenient_json, strict_json
from schemas.base.topics import gateway_of
from schemas.contract.submission import SUBMISSION, Complaining, Submission

WRONG_RECORD_KEY: Final = f"the record's key must be the client: a text of 1 to {CLIENT} characters in UTF-8"
OTHER_CLIENT: Final = "the topic names the gateway: leave `client` out"


class Sender(NamedTuple):
    """Under which client and key the gateway looks its result up, in which language. `signed`: the topic, or the
    record's key, says who it is; `agrees`: the body names nobody else.
    """

    client: str
    key: str
    lang: str
    signed: bool
    agrees: bool


def receive(context: Intake) -> Callable[[Message], Awaitable[None]]:
    """A handler of one record of the topic. It stores the result for the gateway to look up."""

    async def handle(message: Message) -> None:
        gateway = gateway_of(message.topic)
        sender = _before_topics(message) if gateway is None else _of_gateway(context, message, gateway)
        try:
            submission = _submission(message, sender.lang)
            if not sender.agrees:
                raise InvalidField(field="client", why=WRONG_RECORD_KEY if gateway is None else OTHER_CLIENT)
            if submission.sms_part is not None and submission.sms_part.total > 1:
                await receive_part(context, sender.client, submission, str(_body(message).get("text", "")))
                return
            filed = await file(context, _filing(sender.client, submission))
        except Refusal as refusal:
            await _refuse(context, sender, refusal)
            raise Poison(_reason(refusal)) from refusal
        await context.results.filed(sender.client, sender.key, filed.state.id, repeated=filed.repeated)

    return handle


def _of_gateway(context: Intake, message: Message, gateway: str) -> Sender:
    """The sender of a record on a gateway's topic. One whose `key` cannot be read is answered under the record's key.

    Raises:
        Poison: there is no key that the gateway could look up.
    """
    body, client = _body(message), gateway_client(gateway)
    key = next(filter(_is_name, (_key(body), _text(message.key))), None)
    if key is None:
        raise Poison(f"malformed: `key` must be a text of 1 to {CLIENT} characters")
    agrees = body.get("client") in (None, gateway, *context.former.clients(client))
    return Sender(client, key, _lang(body), signed=True, agrees=agrees)


def _before_topics(message: Message) -> Sender:
    """The sender of a record on the topic that all gateways wrote.

    Raises:
        Poison: nobody can be answered, for it has no client and key that a gateway could look up.
    """
    body = _body(message)
    signed, claimed, key = _text(message.key), body.get("client"), _key(body)
    client = signed if _is_name(signed) else claimed
    if not (_is_name(client) and _is_name(key)):
        raise Poison(f"malformed: client and key must be texts of 1 to {CLIENT} characters")
    return Sender(device_client(client), key, _lang(body), signed=_is_name(signed), agrees=signed == claimed)


def _key(body: Mapping[str, Any]) -> object:
    key = body.get("key")
    # A number is refused, under the key that its sender will ask for.
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else key


def _lang(body: Mapping[str, Any]) -> str:
    # In the reporter's language, because the gateway passes the answer on.
    return "en" if body.get("language") == "en" else "id"


def _is_name(given: object) -> TypeGuard[str]:
    return isinstance(given, str) and 0 < len(given) <= CLIENT and is_whole(given)


def _text(given: bytes | None) -> str:
    return (given or b"").decode(errors="surrogateescape")


def _body(message: Message) -> dict[str, Any]:
    """What can be read of it; empty if it is no JSON object."""
    value = message.value or b""
    try:
        body = lenient_json(value)
    except NoJson:
        return _found_in(value)
    return body if isinstance(body, dict) else {}


def _found_in(value: bytes) -> dict[str, Any]:
    """What is needed to answer a message that is cut off, nested too deeply or in UTF-16."""
    text = value.decode(json.detect_encoding(value), errors="replace")
    found = {name: re.search(rf'"{name}"\s*:\s*"([^"\\]+)"', text) for name in ("client", "key", "language")}
    return {name: match[1] for name, match in found.items() if match}


def _submission(message: Message, lang: str) -> Submission:
    """Raises InvalidField: of a wrong field, the first one."""
    if _type(message) not in ("", SUBMISSION):
        raise InvalidField(field="ce_type", why=f"must be one of {SUBMISSION}")
    try:
        return Submission.model_validate(strict_json(message.value or b""))
    except NoJson as error:
        raise InvalidField(field="body", why=wording.found("json_invalid", {}, "", lang)) from error
    except ValidationError as error:
        item = error.errors()[0]
        why = wording.found(item["type"], item.get("ctx") or {}, item["msg"], lang)
        raise InvalidField(field=_field(item), why=why) from error


async def _refuse(context: Intake, sender: Sender, refusal: Refusal) -> None:
    problem = _problem(refusal, sender.lang)
    record = context.results.refused if sender.signed else context.results.refused_unsigned
    await record(sender.client, sender.key, problem)


def _reason(refusal: Refusal) -> str:
    # Names the field and the fault, never the content.
    field, why = refusal.data.get("field"), refusal.data.get("why")
    if field == "ce_type":
        return f"unknown-type: ce_type {why}"
    return f"{refusal.code()}: {field}: {why}" if isinstance(refusal, InvalidField) else f"{refusal.code()}: refused"


def _filing(client: str, submission: Submission) -> Filing:
    command = Complaining.model_validate(
        submission.model_dump(by_alias=True, exclude={"client", "key", "received_at", "sms_part"}, exclude_unset=True)
    )
    return Filing(client, submission.key, command, submission.received_at, actor_of_client(client))


def _type(message: Message) -> str:
    """The record's `ce_type`; empty if the gateway sends no headers."""
    return (dict(message.headers).get("ce_type") or b"").decode(errors="replace")


def _field(item: Any) -> str:
    return ".".join(str(part) for part in item["loc"]) or "body"


def _problem(refusal: Refusal, lang: str) -> dict[str, object]:
    status, code, field = HTTPStatus.UNPROCESSABLE_ENTITY, refusal.code(), refusal.data.get("field")
    return {
        "type": f"urn:satupintu:{code}",
        "title": wording.title(status, lang),
        "status": status,
        "code": code,
        "detail": wording.refusal(refusal, lang),
        **({"field": field} if field else {}),
    }
