"""Requests of people: reporters, agencies, the desk, the arbiter, and whoever changes the registry.

Each request calls the same functions as the endpoint. Without an answer it is repeated with the same key; after a
refusal it is given up.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final, Literal
from uuid import UUID

from fastapi import Response

from agency_inbox import handlers as inbox
from agency_inbox.decide import Acknowledge, Clarify, Move, RecordProgress, Respond, Return
from chassis.base.errors import Poison, Retryable
from chassis.base.message import Message
from chassis.write.precondition import UNCONDITIONAL
from chassis.write.repository import Cause
from intake import data_access, filing, handlers
from intake import decide as intake
from intake.contact_reading import ReadContact
from intake.data_access import AskForData
from intake.decide import AddDetail, CallOmbudsman, Confirm, DecideErasure, DeclineJoin, Dispute, Erase, Withdraw
from intake.handlers import MoveRequest
from intake.http import persons
from intake.storage.subscribers import subscriber_for
from reporting import http as supporting
from router import handlers as router
from router.desk import decide as desk
from router.handlers import RegistryRequest
from router.registry import decide as registry_decide
from router.registry.mandates import AgencyUnit
from schemas.access.principal import Grant, Principal, Role, client_of
from schemas.base.ids import complaint_id, derived_id, move_id
from schemas.base.refusals import Refusal
from schemas.base.streams import complaint_stream, support_stream
from schemas.base.topics import agency_replies
from schemas.complaint.state import Complaint
from schemas.contract.agency_replies import Answered
from schemas.contract.submission import Complaining
from schemas.events.registry import AgencyRegistered, CalendarDecreed, Holiday
from simulation.processes import Process
from support.placing import CITY, PROVINCE, REGENCY, mandate

BODIES: Final = (CITY, REGENCY, PROVINCE, "pln", "kemen-pu", "kpk", "kemendagri")
HEIRS: Final = (PROVINCE, "kemen-pu", "kemendagri")
"""Bodies that others are merged into."""
TEXTS: Final = (
    "Jalan berlubang besar di depan pasar",
    "Listrik padam sejak kemarin malam di rumah kami",
    "Sampah menumpuk di pinggir jalan dan bau sekali",
    "Saya ingin menyampaikan sesuatu yang tidak jelas",
    "Pegawai meminta uang untuk mengurus surat, ini pungli",
    "Jalan Merdeka nomor 12 berlubang besar di depan Pasar Baru",
)
REGIONS: Final = ("32.73", "32.73", "32.04", None)
NAME: Final = "Sari Sekali"
MAIL: Final = "sari@example.org"
"""Of every reporter who gives any. They may stand in no read model and in no topic."""
REASON: Final = "Menanyakan letak kerusakan"
DATA_WITHIN: Final = timedelta(days=3)
ANSWER: Final = "Sudah kami perbaiki hari ini."
TRIES: Final = 4
NO_NUMBER: Final = "SP-2026-000001-8"
"""Public number of a report that does not exist."""
PICKS: Final = 1152
"""Number of different ways to file."""
POTHOLE: Final = tuple(pick for pick in range(PICKS) if pick % 6 == 5 and pick // 6 % 4 < 2)  # fmt: skip
"""Ways to file that describe the same pothole in the same city."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of one person. `number`: its own number; `about`: the number of the filing; `part`: from 1, or 0 for
    the whole.
    """

    number: int
    kind: str
    about: int
    part: int = 0
    pick: int = 0
    """Which of several variants; each kind reads it in its own way."""
    body: str = ""

    @property
    def key(self) -> str:
        """The idempotency key."""
        return f"k{self.number}"


Steps = Callable[[Any, Process, Ask, UUID], Awaitable[Any]]


@cache
def filed_id(number: int) -> UUID:
    """The complaint made by that filing."""
    return complaint_id("web", "test", f"k{number}")


async def insist(world: Any, process: Process, ask: Ask, complaint: UUID) -> None:
    """Make the request; repeat it a few times if there is no answer."""
    for _ in range(TRIES):
        try:
            said = await KINDS[ask.kind][1](world, process, ask, complaint)
        except Retryable:
            await world.nap()
            continue
        except (Refusal, Poison) as no:
            world.notes.append(f"refused {no}")
            return
        if said is not None:
            world.promised.append(said)
        return


async def _file(world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
    pick = ask.pick
    region = REGIONS[pick // 6 % 4]
    reporter = {"name": NAME, "email": MAIL} if pick // 24 % 2 else None
    form = {"text": TEXTS[pick % 6], "place": {"region": region} if region else None, "reporter": reporter}
    flags = {"secret": pick // 48 % 8 == 0, "anonymous": pick // 48 % 4 == 1}
    command = Complaining.model_validate({**form, **flags})
    received_at = world.clock.now() - timedelta(days=pick // 384 % 3)
    filed = await filing.file(process.context, filing.Filing("test", ask.key, command, received_at))
    world.printed(complaint, filed.code)
    return complaint_stream(complaint), None


def _reporter(command: Any, rule: Callable[[Complaint, Any, Any], Any]) -> Steps:
    async def steps(world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
        asked = MoveRequest(complaint, "test", ask.key, ask.kind)
        at = world.clock.now()
        done = await handlers.move(process.context, asked, command, lambda state: rule(state, command, at))
        return _promise(done, handlers.cause_of(process.context, asked, command).causation_id)

    return steps


async def _detail(_world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
    command, asked = AddDetail(text="Sudah lama begini"), MoveRequest(complaint, "test", ask.key, "details")
    done = await handlers.add_detail(process.context, asked, command)
    return _promise(done, handlers.cause_of(process.context, asked, command).causation_id)


async def _dispute(_world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
    command, asked = Dispute(reason="Belum selesai"), MoveRequest(complaint, "test", ask.key, "dispute")
    done = await handlers.dispute(process.context, asked, command)
    return _promise(done, handlers.cause_of(process.context, asked, command).causation_id)


async def _erase(_world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
    await handlers.erase(process.context, MoveRequest(complaint, "test", ask.key, "erasure"), Erase())


async def _data(world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
    command, asked, at = AskForData(), MoveRequest(complaint, "test", ask.key, "data"), world.clock.now()
    rule = lambda state: data_access.ask_for_data(state, at, DATA_WITHIN)  # noqa: E731
    done = await handlers.move(process.context, asked, command, rule)
    return _promise(done, handlers.cause_of(process.context, asked, command).causation_id)


def _of_the_body(ask: Ask) -> Principal:
    """Somebody who works for the body, or who examines for it."""
    role = Role.INSPECTORATE if ask.pick % 2 else Role.OFFICER
    return Principal("https://accounts.test", ask.body, frozenset({Grant(role, ask.body)}))


async def _read_contact(_world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
    who, command = _of_the_body(ask), ReadContact(reason=REASON)
    shown = await persons.read_contact(complaint, command, who, process.context, ask.key, UNCONDITIONAL, Response())
    assert shown["email"] == MAIL
    owner = (await process.context.repository.load(complaint)).state.whole or complaint
    return complaint_stream(owner), move_id(complaint, client_of(who), persons.ROUTE, ask.key)


def _decide_erasure(decision: Literal["erase", "keep"]) -> Steps:
    async def steps(_world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
        who, command = _of_the_body(ask), DecideErasure(decision=decision, reason=REASON)
        await persons.decide_erasure(complaint, command, who, process.context, ask.key, UNCONDITIONAL, Response())
        return complaint_stream(complaint), move_id(complaint, client_of(who), "erasure", ask.key)

    return steps


async def _renew_code_secret(world: Any, _process: Process, _ask: Ask, _complaint: UUID) -> Any:
    world.code_secrets.add()


async def _end_code_secret(world: Any, _process: Process, ask: Ask, _complaint: UUID) -> Any:
    world.code_secrets.end(1 + ask.pick % len(world.code_secrets.versions), world.clock.now())


async def _follow(world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
    audience, at = process.context.audience, world.clock.now()
    found = await audience.complaint_of(world.watch.state(filed_id(ask.about)).public_number or NO_NUMBER)
    loaded = await process.context.repository.load(found or complaint)
    if found is not None and loaded.state.is_public and not loaded.state.erased and loaded.keys.generations:
        one = subscriber_for(found, loaded.keys, f"orang-{ask.pick}@example.org", "id", at)
        if await audience.subscribers.ask(one) is not None and ask.pick % 4:
            await audience.subscribers.confirm(one.id, at)


async def _support(world: Any, process: Process, ask: Ask, _part: UUID) -> Any:
    complaint = filed_id(ask.about)
    number, client = world.watch.state(complaint).public_number or NO_NUMBER, f"orang-{ask.pick}"
    await supporting.support(number, process.context, client, ask.key)
    supporter = process.context.supporter(client, complaint)
    return support_stream(complaint), derived_id("support", str(complaint), supporter)


def _promise(done: Any, causation: UUID) -> Any:
    """The stream and cause that must exist for ever because the request was accepted."""
    return (done.loaded.stream, causation) if done.facts else None


def _cause(world: Any, ask: Ask, complaint: UUID) -> Cause:
    return Cause(derived_id("ask", str(ask.number)), complaint, world.clock.now(), request=ask.kind.encode())


async def _agency(world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
    state = world.watch.state(complaint)
    cause = _cause(world, ask, complaint)
    return _promise(
        await inbox.carry_out(process.context, ask.body, complaint, _move(ask, state), cause), cause.causation_id
    )


def _move(ask: Ask, state: Complaint) -> Move:
    behind = ask.pick % 6 == 0
    ways: Mapping[str, Move] = {
        "acknowledges": Acknowledge(),
        "tells how far it is": RecordProgress("Sedang dikerjakan"),
        "asks the reporter": Clarify("Di mana tepatnya?"),
        "returns it": (
            Return("Bukan kewenangan kami"),
            Return("Bukan kami", suggested="pln"),
            Return("Unit lain", suggested_unit="lingkungan"),
            Return("Bukan kami", suggested=CITY),
        )[ask.pick % 4],
        "answers": Respond(ANSWER, max(state.detail_version - 1 if behind else state.version, 0)),
    }
    return ways[ask.kind]


async def _reply(world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
    state = world.watch.state(complaint)
    body = Answered(complaint=complaint, text=ANSWER, seen_version=max(state.version, 0))
    headers = [("ce_id", ask.key.encode()), ("ce_type", b"complaint.answered")]
    message = Message(agency_replies(ask.body), 0, ask.number, None, body.model_dump_json().encode(), headers)
    for _ in range(1 + ask.pick % 2):  # repeated requests are read twice as often
        await process.context_replies(message)  # type: ignore[attr-defined]


def _at_the_desk(decide: Callable[[Complaint, desk.DecisionContext, Ask], Any]) -> Steps:
    async def steps(world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
        cause = _cause(world, ask, complaint)
        done = await router.carry_out(process.context, complaint, lambda state, by: decide(state, by, ask), cause)
        return _promise(done, cause.causation_id)

    return steps


async def _join(world: Any, process: Process, ask: Ask, complaint: UUID) -> Any:
    cause = _cause(world, ask, complaint)
    root = await router.root_of(process.context, filed_id(ask.pick))
    done = await router.carry_out(process.context, complaint, lambda state, by: desk.join(state, by, root), cause)
    return _promise(done, cause.causation_id)


def _split(state: Complaint, by: desk.DecisionContext, ask: Ask) -> Any:
    lead = AgencyUnit(ask.body) if state.holder.agency is None else None
    count = 1 + ask.pick % 2
    others = [body for body in (PROVINCE, "kemen-pu", "pln") if body not in (ask.body, state.holder.agency)][:count]
    shares = [desk.Share(AgencyUnit(body), ask.pick // 2 % 3 > 0, "Bagian pekerjaan") for body in others]
    return desk.split(state, by, shares, derived_id("split", str(ask.number)), lead)


def _registry(decide: Callable[[Any, Ask, Any], Any]) -> Steps:
    async def steps(world: Any, process: Process, ask: Ask, _complaint: UUID) -> Any:
        at = world.clock.now()
        by, body = RegistryRequest("test", ask.kind, ask.key), ask.key.encode()
        await router.change_registry(process.context, lambda state: decide(state, ask, at), by, body, at)

    return steps


def _merge(state: Any, ask: Ask, at: Any) -> Any:
    return registry_decide.merge(state, [ask.body], HEIRS[ask.pick % 3], "penggabungan", at)


def _rename(state: Any, ask: Ask, at: Any) -> Any:
    return registry_decide.rename(state, ask.body, f"Nama baru {ask.number}", at)


def _dissolve(state: Any, ask: Ask, at: Any) -> Any:
    # A body without a successor may only be dissolved where another body stands over it, which then inherits.
    parent = registry_decide.living(state, ask.body).parent
    if parent is None:
        raise registry_decide.UnknownAgency(agency=ask.body)
    registry_decide.living(state, parent)
    return registry_decide.dissolve(state, ask.body, None, "pembubaran", at)


def _decree(state: Any, ask: Ask, at: Any) -> Any:
    on = (at + timedelta(days=1 + ask.pick % 20)).date()
    known = state.calendars.get(("national", on.year))
    days = {day.on: day for day in (known.days if known else ())}
    if ask.pick % 5 == 0 and days:
        days.pop(max(days))  # a holiday is withdrawn
    else:
        days[on] = Holiday(on=on, name="Cuti bersama", kind="joint_leave")
    decree = CalendarDecreed(
        at=at, calendar="national", year=on.year, source=f"SKB {ask.number}", days=tuple(days.values())
    )
    return registry_decide.decree_calendar(state, decree)


def _found(state: Any, ask: Ask, at: Any) -> Any:
    name = f"dinas-{ask.number}"
    said = {"at": at, "agency": name, "name": name, "kind": "city", "level": "regency", "region": "32.04"}
    new = AgencyRegistered.model_validate(
        {**said, "parent": PROVINCE if ask.pick % 2 else None, "zone": "Asia/Jayapura"}
    )
    if new.parent:
        registry_decide.living(state, PROVINCE)
    return [*registry_decide.register(state, new), mandate(name, "waste", "regency", "32.04", at=at)]


KINDS: Final[Mapping[str, tuple[str, Steps]]] = {
    "files": ("intake", _file),
    "tells more": ("intake", _detail),
    "withdraws": ("intake", _reporter(Withdraw(), intake.withdraw)),
    "confirms": ("intake", _reporter(Confirm(rating=4), intake.confirm)),
    "disputes": ("intake", _dispute),
    "asks to be forgotten": ("intake", _erase),
    "asks for the data": ("intake", _data),
    "reads the contact": ("intake", _read_contact),
    "erases as asked": ("intake", _decide_erasure("erase")),
    "refuses the erasure": ("intake", _decide_erasure("keep")),
    "the code secret is renewed": ("intake", _renew_code_secret),
    "a code secret is ended": ("intake", _end_code_secret),
    "calls the Ombudsman": ("intake", _reporter(CallOmbudsman(reason="Tidak percaya"), intake.call_ombudsman)),
    "undoes the join": ("intake", _reporter(DeclineJoin(), intake.decline_join)),
    "follows it": ("intake", _follow),
    "supports it": ("reporting", _support),
    "acknowledges": ("agency-inbox", _agency),
    "tells how far it is": ("agency-inbox", _agency),
    "asks the reporter": ("agency-inbox", _agency),
    "returns it": ("agency-inbox", _agency),
    "answers": ("agency-inbox", _agency),
    "answers on its topic": ("agency-inbox", _reply),
    "is given it": ("router", _at_the_desk(lambda s, by, ask: desk.place(s, by, AgencyUnit(ask.body), None))),
    "desk asks": ("router", _at_the_desk(lambda s, by, _: desk.ask(s, by, "Di mana?"))),
    "desk restates": ("router", _at_the_desk(lambda s, by, _: desk.restate(s, by, "Jalan rusak", None))),
    "desk archives": ("router", _at_the_desk(lambda s, by, _: desk.archive(s, by, "unintelligible", "Tidak jelas"))),
    "desk asks the arbiter": ("router", _at_the_desk(lambda s, by, _: desk.open_arbitration(s, by))),
    "is bound": (
        "router",
        _at_the_desk(lambda s, by, ask: desk.arbitrate(s, by, AgencyUnit(ask.body), "Menurut undang-undang")),
    ),
    "desk joins": ("router", _join),
    "desk unjoins": ("router", _at_the_desk(lambda s, by, _: desk.unjoin(s, by))),
    "desk splits": ("router", _at_the_desk(_split)),
    "merges away": ("router", _registry(_merge)),
    "is dissolved": ("router", _registry(_dissolve)),
    "is renamed": ("router", _registry(_rename)),
    "days off are decreed": ("router", _registry(_decree)),
    "a body is founded": ("router", _registry(_found)),
}
"""Each kind of request: the service it goes to and the function that makes it."""
