"""The reporter's moves as forms of the tracking page: which are offered, how they are read, how they are carried out.

A move is offered if `decide` would allow it now; nothing here decides.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from chassis.base.numbers import whole_number
from intake import decide, handlers
from intake.context import Intake
from intake.data_access import AskForData
from intake.decide import AddDetail, CallOmbudsman, Confirm, DeclineJoin, Dispute, Erase, Withdraw
from intake.handlers import MoveRequest
from intake.notices.choices import GROUPS, NoticeChoices
from schemas.base.refusals import Refusal
from schemas.complaint.state import Complaint
from schemas.deadlines import dispute_until

ROUTES: Final = {
    "keterangan": "details",
    "konfirmasi": "confirmation",
    "sanggahan": "dispute",
    "pencabutan": "withdrawal",
    "ombudsman": "ombudsman",
    "pisah": "unjoin",
    "penghapusan": "erasure",
    "data": "data",
    "pemberitahuan": "notices",
}
"""By the name of a move in forms: the route of the API that does the same, so that one key is one move on both."""
DUMMY: Final = "x"
CONTACTS: Final = {"email": "surel", "phone": "sms"}
"""How the fields of a contact begin in the form, by the contact."""


class Fields(NamedTuple):
    """The command's fields, by those of the form."""

    command: type[BaseModel]
    fields: Mapping[str, str]


FORMS: Final[Mapping[str, Fields]] = {
    "keterangan": Fields(AddDetail, {"keterangan": "text"}),
    "konfirmasi": Fields(Confirm, {"bintang": "rating", "kata": "words"}),
    "sanggahan": Fields(Dispute, {"alasan_sanggahan": "reason"}),
    "pencabutan": Fields(Withdraw, {"alasan_pencabutan": "reason"}),
    "ombudsman": Fields(CallOmbudsman, {"alasan_ombudsman": "reason"}),
    "pisah": Fields(DeclineJoin, {"alasan_pisah": "reason"}),
    "penghapusan": Fields(Erase, {}),
    "data": Fields(AskForData, {}),
    "pemberitahuan": Fields(NoticeChoices, {"bahasa": "language"}),
}
TAKE_FILES: Final = frozenset({"keterangan"})
"""Moves whose form also takes files, alone or beside words."""
AFTER: Final = {"data": "/data"}
"""Below the tracking page, what is shown after a move; else the page itself."""


def says_something(move: str, form: Mapping[str, str]) -> bool:
    """Whether a field of the move is filled in."""
    return any(form.get(name, "").strip() for name in FORMS[move].fields)


def command_of(move: str, form: Mapping[str, str]) -> BaseModel:
    """What the form says. Raises ValidationError."""
    command, fields = FORMS[move]
    given: dict[str, Any] = {to: form[name] for name, to in fields.items() if form.get(name, "").strip()}
    if (rating := whole_number(given.get("rating", ""))) is not None:
        given["rating"] = rating
    if command is NoticeChoices:
        for contact, field in CONTACTS.items():
            given[contact] = [group for group in GROUPS if f"{field}_{group}" in form]
    return command.model_validate(given)


async def offered(context: Intake, state: Complaint, lead: Complaint | None) -> frozenset[str]:
    """The moves that are possible now."""
    at, registry = context.clock.now(), await context.registry.current()
    until = dispute_until(lead or state, registry, context.policies)
    tried: Mapping[str, Callable[[], object]] = {
        "keterangan": lambda: decide.add_detail(state, AddDetail(text=DUMMY), at),
        "konfirmasi": lambda: decide.confirm(state, Confirm(), at),
        "sanggahan": lambda: decide.dispute(state, Dispute(reason=DUMMY), at, lead=lead, until=until),
        "pencabutan": lambda: decide.withdraw(state, Withdraw(), at),
        "ombudsman": lambda: decide.call_ombudsman(state, CallOmbudsman(reason=DUMMY), at),
        "pisah": lambda: decide.decline_join(state, DeclineJoin(), at),
        "penghapusan": lambda: decide.erase(state, at),
    }
    return frozenset(name for name, rule in tried.items() if _does_something(rule))


def _does_something(rule: Callable[[], object]) -> bool:
    try:
        return bool(rule())
    except Refusal:
        return False


async def carry_out(context: Intake, request: MoveRequest, command: BaseModel) -> None:
    """Raises Refusal, ChassisError."""
    at = context.clock.now()
    match command:
        case AddDetail():
            await handlers.add_detail(context, request, command)
        case Confirm():
            await handlers.move(context, request, command, _by(decide.confirm, command, at))
        case Dispute():
            await handlers.dispute(context, request, command)
        case Withdraw():
            await handlers.move(context, request, command, _by(decide.withdraw, command, at))
        case CallOmbudsman():
            await handlers.move(context, request, command, _by(decide.call_ombudsman, command, at))
        case DeclineJoin():
            await handlers.decline_join(context, request, command)
        case Erase():
            await handlers.erase(context, request, command)
        case AskForData():
            await handlers.ask_for_data(context, request)
        case NoticeChoices():
            await handlers.choose_notices(context, request.complaint, command)


def _by(rule: Any, command: BaseModel, at: datetime) -> Callable[[Complaint], Any]:
    return lambda state: rule(state, command, at)
