"""Files the parts of one SMS as one complaint: once all are there, or after the policy's `sms_parts_h` what came."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from pydantic import ValidationError

from chassis.base.retry import RetryPolicy
from intake.context import Intake
from intake.filing import Filing, file
from intake.storage.results import Result
from schemas import wording
from schemas.access.principal import actor_of_client
from schemas.base.refusals import InvalidField, Refusal
from schemas.contract.submission import Complaining, Submission

PERIOD_S: Final = 5.0
ONCE: Final = frozenset({"client", "key", "channel", "sms_part", "received_at", "text"})
MISSING: Final = {
    "id": " [bagian {n} dari {total} tidak diterima] ",
    "en": " [part {n} of {total} was not received] ",
}


async def receive_part(context: Intake, client: str, submission: Submission, text: str) -> None:
    """Store a part; file its message if it is complete. `text`: as sent, with the spaces at its ends. A part of a
    message that the gateway sent under its former name has that message's result.
    """
    former = context.former.clients(client)
    if former and isinstance(found := await context.results.of(client, submission.key, former), Result):
        await context.results.filed(client, submission.key, found.complaint, repeated=True)
        return
    series = await context.sms_parts.keep(client, submission, text)
    await context.sms_parts.close(client, series, _waits(context))
    await file_closed(context)


async def file_closed(context: Intake) -> None:
    """File every closed message. Repeatable."""
    for client, key in await context.sms_parts.closed():
        keys, total, bodies = await context.sms_parts.group(client, key)
        # A part that was repeated after its message was filed gets the same result.
        result = await context.results.of(client, key) or await _filed(context, client, key, total, bodies)
        for each in keys:
            if isinstance(result, Result):
                await context.results.filed(client, each, result.complaint, repeated=result.repeated)
            else:
                await context.results.refused(client, each, result)
        await context.sms_parts.done(client, key)


async def _filed(
    context: Intake, client: str, key: str, total: int, bodies: Mapping[int, Mapping[str, Any]]
) -> Result | dict[str, object]:
    """The complaint, or the problem of the refusal."""
    try:
        filed = await file(context, _filing(client, key, total, bodies))
        return Result(filed.state.id, filed.repeated)
    except Refusal as refusal:
        return {
            "type": f"urn:satupintu:{refusal.code()}",
            "title": "Unprocessable Entity",
            "status": 422,
            "code": refusal.code(),
            "detail": wording.refusal(refusal, str(bodies[min(bodies)].get("language", "id"))),
        }


def whole_text(total: int, texts: Mapping[int, str], lang: str) -> str:
    """The parts' text joined as it was cut, which says at their place which parts are missing."""
    return "".join(
        texts.get(n) or MISSING[lang].format(n=n, total=total) for n in range(1, total + 1)
    ).strip()  # fmt: skip


class SmsPartsSweep:
    """The background task that files what waited long enough, and what a crash left."""

    def __init__(self, context: Intake) -> None:
        self._context = context

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await RetryPolicy().until_up(self.once, "parts of SMS")
            await asyncio.sleep(PERIOD_S)

    def unready(self) -> str | None:
        """Never: nothing depends on it."""
        return None

    async def once(self) -> None:
        """Run once."""
        context, waits = self._context, _waits(self._context)
        for client, series in await context.sms_parts.waiting():
            await context.sms_parts.close(client, series, waits)
        await file_closed(context)
        await context.sms_parts.forget_old(2 * waits)


def _waits(context: Intake) -> timedelta:
    return timedelta(hours=context.policies.at(context.clock.now()).sms_parts_h)


def _filing(client: str, key: str, total: int, bodies: Mapping[int, Mapping[str, Any]]) -> Filing:
    parts = [Submission.model_validate({**bodies[n], "text": "x"}) for n in sorted(bodies)]
    lang = parts[0].language
    fields: dict[str, Any] = {}
    for n in sorted(bodies, reverse=True):  # the first part that has a field decides
        fields |= {name: value for name, value in bodies[n].items() if name not in ONCE and value is not None}
    text = whole_text(total, {n: str(body["text"]) for n, body in bodies.items()}, lang)
    try:
        command = Complaining.model_validate({**fields, "channel": parts[0].channel, "text": text})
    except ValidationError as error:
        item = error.errors()[0]
        why = wording.found(item["type"], item.get("ctx") or {}, item["msg"], lang)
        raise InvalidField(field=".".join(str(part) for part in item["loc"]), why=why) from error
    received = [part.received_at for part in parts if part.received_at is not None]
    return Filing(client, key, command, min(received, default=None), actor_of_client(client))
