"""Files complaints of channel gateways (SMS, chat, e-mail) from the topic `submissions`, like those over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from chassis.base.errors import Poison
from chassis.base.message import Message
from intake.context import Intake
from intake.filing import Filing, file
from schemas import wording
from schemas.base.limits import CLIENT
from schemas.base.refusals import InvalidField, Refusal
from schemas.contract.submission import SUBMISSION, Complaining, Submission


def receive(context: Intake) -> Callable[[Message], Awaitable[None]]:
    """A handler of one record of the topic. It stores the result for the gateway to look up."""

    async def handle(message: Message) -> None:
        body = _body(message)
        client, key = _names(message, body)
        if _type(message) not in ("", SUBMISSION):
            detail = wording.refusal(InvalidField(field="ce_type", why=f"must be one of {SUBMISSION}"), "id")
            await context.results.refused(client, key, _problem("invalid-field", detail, "ce_type"))
            raise Poison(f"unknown-type: ce_type must be {SUBMISSION}")
        try:
            submission = Submission.model_validate(body)
        except ValidationError as error:
            first = error.errors()[0]
            problem = _problem("invalid-field", _sentence(first, body), _field(first))
            await context.results.refused(client, key, problem)
            raise Poison(f"invalid-field: {_fields(error)}") from error
        try:
            filed = await file(context, _filing(submission))
        except Refusal as refusal:
            problem = _problem(refusal.code(), wording.refusal(refusal, submission.language), refusal.data.get("field"))
            await context.results.refused(client, key, problem)
            raise Poison(f"{refusal.code()}: refused") from refusal
        await context.results.filed(client, key, filed.state.id)

    return handle


def _filing(submission: Submission) -> Filing:
    command = Complaining.model_validate(
        submission.model_dump(by_alias=True, exclude={"client", "key", "received_at"}, exclude_unset=True)
    )
    return Filing(submission.client, submission.key, command, submission.received_at)


def _body(message: Message) -> dict[str, Any]:
    try:
        body = from_json(message.value or b"")
    except ValueError as error:
        raise Poison("malformed: the message is no JSON") from error
    if not isinstance(body, dict):
        raise Poison("malformed: the message is no JSON object")
    return body


def _names(message: Message, body: dict[str, Any]) -> tuple[str, str]:
    client, key = body.get("client"), body.get("key")
    if not (isinstance(client, str) and isinstance(key, str) and 0 < len(client) <= CLIENT and 0 < len(key) <= CLIENT):
        raise Poison("malformed: client and key must be texts of 1 to 200 characters")
    if message.key != client.encode():
        # The record's key orders a gateway's messages and says which gateway sent them.
        raise Poison("malformed: the record's key must be the client")
    return client, key


def _type(message: Message) -> str:
    """The record's `ce_type`; empty if the gateway sends no headers."""
    return (dict(message.headers).get("ce_type") or b"").decode(errors="replace")


def _fields(error: ValidationError) -> str:
    # Names the fields and the faults, never the content.
    return "; ".join(f"{_field(item)}: {item['msg']}" for item in error.errors())


def _sentence(item: Any, body: dict[str, Any]) -> str:
    # In the reporter's language, because the gateway passes it on.
    lang = "en" if body.get("language") == "en" else "id"
    why = wording.found(item["type"], item.get("ctx") or {}, item["msg"], lang)
    return wording.refusal(InvalidField(field=_field(item), why=why), lang)


def _field(item: Any) -> str:
    return ".".join(str(part) for part in item["loc"])


def _problem(code: str, detail: str, field: str | None) -> dict[str, object]:
    return {
        "type": f"urn:satupintu:{code}",
        "title": "Unprocessable Entity",
        "status": 422,
        "code": code,
        "detail": detail,
        **({"field": field} if field else {}),
    }
