"""The desk's moves as forms: how each is read, and which route's function carries it out. Nothing here decides."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel

from chassis.base.numbers import whole_number
from chassis.http.web import NoBody
from router.http import desk
from router.http.desk import ArchiveBody, DeskRequest, JoinBody, PlacementBody, QuestionBody, RestatementBody, SplitBody
from router.pages.bodies import BodySearch, Option, body_in
from router.settings import PARTS

Carry = Callable[[UUID, Any, DeskRequest], Awaitable[Any]]
PART: Final = "bagian_"
TASK: Final = "tugas_"
OPTIONAL: Final = "pilihan_"
LEAD: Final = "pimpinan"
CHOSEN: Final = "_pilih"
"""Added to a field in which a body's name is typed: the one that was chosen of several by that name."""


class Move(NamedTuple):
    """A move. `fields`: the command's, by those of the form. `carry`: the function behind the API's route."""

    body: type[BaseModel]
    fields: Mapping[str, str]
    carry: Carry


async def _unjoin(complaint: UUID, body: NoBody, asked: DeskRequest) -> Any:
    return await desk.unjoin(complaint, asked, body)


async def _open_arbitration(complaint: UUID, body: NoBody, asked: DeskRequest) -> Any:
    return await desk.open_arbitration(complaint, asked, body)


PLACE, SPLIT, UNJOIN, JOIN, RESTATE = "tempatkan", "bagi", "pisah", "gabung", "kata"
MOVES: Final[Mapping[str, Move]] = {
    PLACE: Move(PlacementBody, {"instansi": "agency", "catatan": "note"}, desk.place),
    "tanya": Move(QuestionBody, {"pertanyaan": "question"}, desk.ask),
    RESTATE: Move(RestatementBody, {"kata": "text", "judul": "title"}, desk.restate),
    JOIN: Move(JoinBody, {"utama": "lead"}, desk.join),
    UNJOIN: Move(NoBody, {}, _unjoin),
    SPLIT: Move(SplitBody, {LEAD: "lead"}, desk.split),
    "arbitrase": Move(NoBody, {}, _open_arbitration),
    "arsip": Move(ArchiveBody, {"alasan": "reason", "catatan_arsip": "note"}, desk.archive),
}


class BodyUnclear(Exception):
    """In these fields a body is named that there is not, or several of that name."""

    def __init__(self, options: Mapping[str, list[Option]]) -> None:
        super().__init__(str(options))
        self.options = options


def command_of(name: str, form: Mapping[str, str], search: BodySearch) -> BaseModel:
    """What the form says. Raises ValidationError, BodyUnclear."""
    move = MOVES[name]
    if name == SPLIT:
        return move.body.model_validate(_shares(form, search))
    given: dict[str, Any] = {to: form[field] for field, to in move.fields.items() if form.get(field, "").strip()}
    if name == PLACE and "agency" in given:
        given |= body_in(given["agency"])
    return move.body.model_validate(given)


def parts_in(form: Mapping[str, str]) -> int:
    """How many rows of parts the form has: those that were sent, at least two, and one more if that is asked for."""
    sent = [whole_number(name.removeprefix(PART)) or 0 for name in form if name.startswith(PART)]
    return min(PARTS, max([2, *sent]) + (form.get("ke") == "baris"))


def _shares(form: Mapping[str, str], search: BodySearch) -> dict[str, Any]:
    rows = range(1, PARTS + 1)
    unclear: dict[str, list[Option]] = {}

    def body(field: str) -> dict[str, str]:
        if chosen := form.get(field + CHOSEN):
            return body_in(chosen)
        found = search.find(form.get(field, ""))
        if len(found) != 1:
            unclear[field] = found
            return {}
        return body_in(found[0].value)

    parts = [
        {**body(f"{PART}{row}"), "mandatory": f"{OPTIONAL}{row}" not in form, "task": form.get(f"{TASK}{row}") or None}
        for row in rows
        if form.get(f"{PART}{row}", "").strip()
    ]
    lead = body(LEAD)
    if unclear:
        raise BodyUnclear(unclear)
    return {"lead": lead, "parts": parts}
