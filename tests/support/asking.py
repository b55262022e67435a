"""Asks every route that reads as anybody, and says where an answer tells what the rule does not allow.

A route that is not listed in `READS` raises: whoever adds one says here how it is asked.
"""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

import httpx

from agency_inbox.views import METADATA as INBOX
from agency_inbox.views import inbox_view
from chassis.attachments.store import Copy, FileId
from chassis.project.from_store import StoreProjection
from intake.handlers import destroy
from schemas.events.escalation import ComplaintEscalated
from support.front import Front
from support.inbox import CITY, keep_registry
from support.lives import write
from support.public_views import fill_public
from support.signed_in import role
from support.strangers import NEW_BODIES, Life
from support.strangers_rule import Roles, allowed, may_know, reporters

API, OPEN311 = "/api/v1", "/open311/v2"
MISSING: Final = UUID(int=1)
GATEWAY: Final = "sms"
MARCH: Final = "start_date=2026-03-01T00:00:00Z&end_date=2026-03-31T00:00:00Z"
INBOX_OF: Final = f"{API}/agencies/{{agency}}/inbox"
REPORTERS: Final = f"{API}/complaints/{{tracking_code}}"
READS: Final[dict[str, tuple[str, ...]]] = {
    REPORTERS: ("", "?lang=en"),
    f"{REPORTERS}/explain": ("",),
    f"{REPORTERS}/attachments/{{attachment}}": ("",),
    f"{API}/submissions/{{client}}/{{key}}": ("",),
    f"{API}/agencies": ("", "?living=true", "?region=32.73"),
    f"{API}/agencies/{{agency}}": ("",),
    f"{API}/calendars": ("",),
    f"{API}/calendars/{{calendar}}/{{year}}": ("",),
    f"{API}/policies": ("",),
    f"{API}/dead-letters/{{service}}": ("",),
    f"{API}/triage": ("", "?page=1", "?lang=en"),
    f"{API}/arbitration": ("", "?page=1"),
    f"{API}/triage/content-reports": ("", "?after=0"),
    f"{API}/triage/{{complaint}}": ("",),
    f"{API}/arbitration/{{complaint}}": ("",),
    f"{API}/triage/{{complaint}}/attachments/{{attachment}}": ("",),
    f"{API}/arbitration/{{complaint}}/attachments/{{attachment}}": ("",),
    f"{API}/precedents": ("",),
    f"{API}/numbers/{{public_number}}": ("",),
    INBOX_OF: (
        "",
        "?overdue=false",
        "?overdue=true",
        "?status=routed",
        "?status=closed",
        "?region=32",
        "?officer=nobody",
    ),
    f"{INBOX_OF}/counts": ("",),
    f"{API}/agencies/{{agency}}/officers": ("",),
    f"{API}/agencies/{{agency}}/saved-views": ("",),
    f"{API}/agencies/{{agency}}/templates": ("",),
    f"{INBOX_OF}/{{complaint}}": ("",),
    f"{INBOX_OF}/{{complaint}}/suggestions": ("",),
    f"{INBOX_OF}/{{complaint}}/followers": ("",),
    f"{INBOX_OF}/{{complaint}}/attachments/{{attachment}}": ("",),
    f"{API}/agencies/{{agency}}/replies/refused": ("",),
    f"{API}/ladder/{{rung}}": ("", "?agency=pdam", f"?supervisor={CITY}", f"?agency={CITY}&unit=jalan"),
    f"{API}/books": ("",),
    f"{API}/data-requests": ("", "?overdue=true"),
    f"{API}/regions": ("?name=bandung",),
    f"{API}/counts": tuple(f"?by={name}" for name in ("agency", "region", "status", "sector", "class")),
    f"{API}/reports": (
        "",
        "?agency=pln",
        "?region=32.73",
        "?status=routed",
        "?sector=roads",
        "?q=lampu",
        "?q=jalan&region=32&status=open",
        "?status=closed",
    ),
    f"{API}/statistics": ("",),
    f"{API}/statistics/{{name}}": ("", "?agency=pln", "?region=32.73", "?agency=pln&region=32"),
    f"{API}/statistics/{{name}}/csv": ("", "?lang=en"),
    f"{API}/open-data/datapackage.json": ("",),
    f"{API}/open-data/schema.json": ("",),
    f"{API}/open-data/SHA256SUMS": ("",),
    f"{API}/open-data/{{day}}.csv": ("",),
    f"{API}/as-of/{{job}}": ("",),
    f"{API}/reports/solved": ("",),
    f"{API}/reports/{{public_number}}": ("", "?lang=en"),
    f"{API}/reports/{{public_number}}/photos/{{attachment}}": ("",),
    f"{OPEN311}/discovery.{{kind}}": ("",),
    f"{OPEN311}/services.{{kind}}": ("",),
    f"{OPEN311}/services/{{code}}.{{kind}}": ("",),
    f"{OPEN311}/requests.{{kind}}": (f"?{MARCH}", f"?{MARCH}&status=open&extensions=true", f"?{MARCH}&page=1"),
    f"{OPEN311}/requests/{{number}}.{{kind}}": ("", "?extensions=true"),
    f"{OPEN311}/servicerequestupdates.{{kind}}": (f"?{MARCH}",),
    f"{OPEN311}/tokens/{{token}}.{{kind}}": ("",),
}
"""Every route that reads, and with which queries it is asked."""
VALUES: Final = {
    "service": "none-of-this-name",
    "calendar": "national",
    "year": "2026",
    "code": "roads",
    "name": "holders",
    "day": "2026-03-02",
    "job": str(MISSING),
}
LISTED: Final = ("complaints", "items", "agencies", "refused", "reports")
MOVES: Final[dict[str, dict[str, Any]]] = {
    "acknowledgement": {}, "return": {"reason": "x"}, "progress": {"text": "x"}, "clarification": {"question": "x"},
    "response": {"text": "Sudah selesai semuanya ya.", "seen_version": 1}, "split": {"parts": [{"agency": "pln"}]},
    "readings": {"reason": "perlu ditelepon"}, "erasure": {"decision": "keep", "reason": "x"},
    "placement": {"agency": CITY}, "question": {"question": "x"}, "restatement": {"text": "x"},
    "join": {"lead": str(MISSING)}, "unjoin": {}, "arbitration": {}, "archive": {"reason": "content", "note": "x"},
    "decision": {"agency": CITY, "reason": "x"}, "notes": {"text": "x"}, "assignment": {"officer": None},
    "hiding": {"reason": "other", "note": "x"}, "showing": {}, "content-kept": {},
    "public-wording": {"text": "x", "reason": "x"}, "release": {}, "revocation": {},
}  # fmt: skip


class Url(NamedTuple):
    """A URL, and the complaint that it names in its path."""

    text: str
    life: Life | None = None

    @property
    def of_missing(self) -> str:
        """This URL with the id of a complaint that does not exist."""
        return self.text.replace(str(self.life.id), str(MISSING)) if self.life else self.text


async def fill(front: Front, lives: Sequence[Life]) -> None:
    """Write the complaints with their files, erase some, and fill the read models as workers would."""
    await keep_registry(front.repository.store, front.repository, *NEW_BODIES)
    state, store = front.app.state, front.repository.store
    for life in lives:
        await write(front.repository, life.id, *(step.fact for step in life.steps))
        await _keep_files(front, life)
        await state.intake.results.filed(GATEWAY, str(life.id), life.id)
    await state.intake.codes.rebuild(store)
    for life in lives:
        if life.erased and life.whole is None:
            await destroy(state.intake, life.id)
    inbox, reporting = state.agency_inbox, state.reporting
    view = inbox_view(inbox.repository, inbox.registry, inbox.policies)
    await StoreProjection(store, inbox.database, INBOX, view).catch_up()
    await fill_public(reporting)
    await state.escalation.ladder.catch_up()
    await state.router.duplicates.feed.catch_up()


async def _keep_files(front: Front, life: Life) -> None:
    if not life.files:
        return
    keys = (await front.repository.keyring.ensure([life.id]))[life.id]
    for file in life.files:
        for copy in Copy:
            name = FileId(life.id, file.id, copy, len(file.content))
            await front.app.state.intake.attachments.keep(name, _content(file.content), keys)


async def _content(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


def routes(front: Front, method: str) -> list[str]:
    """The paths of this method."""
    return [path for path, methods in front.app.openapi()["paths"].items() if method in methods]


def urls(front: Front, lives: Sequence[Life], roles: Roles) -> Iterator[Url]:
    """Every route that reads, but the reporter's and the gateways', with its parameters filled.

    Raises:
        KeyError: a route or a parameter that is not known here.
    """
    for path in routes(front, "get"):
        for query in READS[path]:
            if "{tracking_code}" not in path and "{client}" not in path:
                yield from _filled(f"{path}{query}", lives, roles)


def _filled(path: str, lives: Sequence[Life], roles: Roles) -> Iterator[Url]:
    name = next(iter(re.findall(r"{(\w+)}", path)), None)
    wholes = [life for life in lives if life.whole is None]
    match name:
        case None:
            yield Url(path)
        case "complaint":
            for life in lives:
                for found in _of_files(path.replace("{complaint}", str(life.id)), life):
                    yield Url(found, life)
        case "agency":
            bodies = {CITY, *(text.partition(":")[2].partition("/")[0] for text in roles)} - {"", GATEWAY}
            for body in sorted(bodies):
                yield from _filled(path.replace("{agency}", body), lives, roles)
        case "rung":
            for rung in "1234":
                yield from _filled(path.replace("{rung}", rung), lives, roles)
        case "public_number" | "number" | "token":
            for life in wholes:
                for found in _of_files(path.replace(f"{{{name}}}", life.number), life):
                    yield from _filled(found, lives, roles)
        case "kind":
            yield from _filled(path.replace("{kind}", "json"), lives, roles)
            yield from _filled(path.replace("{kind}", "xml"), lives, roles)
        case _:
            yield from _filled(path.replace(f"{{{name}}}", VALUES[name]), lives, roles)


def _of_files(path: str, life: Life) -> list[str]:
    if "{attachment}" not in path:
        return [path]
    files = [*life.files, *(life.whole.files if life.whole else ())]
    return [path.replace("{attachment}", str(file.id)) for file in files]


async def ask_everything(
    front: Front, lives: Sequence[Life], everybody: Sequence[Roles], about: Sequence[Life] | None = None
) -> int:
    """Ask every route as everybody; the number of answers that told something hidden from the public. `lives`: all
    that the platform holds. `about`: those that paths name; None: all.

    Raises:
        AssertionError: an answer tells more than the rule allows.
    """
    told, public, named = 0, dict[str, httpx.Response](), lives if about is None else about
    for roles in everybody:
        headers, may = role(*roles) if roles else {}, allowed(roles, lives)
        for url in urls(front, named, roles):
            answer = await front.web.get(url.text, headers=headers, auth=None)
            judge(answer, may, lives, f"{url.text} as {roles}")
            if not roles and answer.is_success:
                _counts_nobody(answer, lives)
                public[url.text] = answer
            elif url.text in public:
                assert same(answer, public[url.text]), f"{url.text} as {roles} is not what the public gets"
            told += any(mark in answer.text for life in lives for mark in _secrets(life))
            if url.life and not may_know(roles, url.life):
                missing = await front.web.get(url.of_missing, headers=headers, auth=None)
                assert same(answer, missing, url.life), f"{url.text} as {roles} is no answer about a missing one"
        await move_the_hidden(front, named, roles, headers)
    await ask_as_reporters(front, named)
    return told


def judge(answer: httpx.Response, may: set[str], lives: Sequence[Life], asked: str) -> None:
    """Raises AssertionError: the answer tells what is not among `may`, or counts what it does not list."""
    said = f"{answer.text} {dict(answer.headers)}"
    more = {mark for life in lives for mark in _marks(life) if mark in said and mark not in asked} - may
    assert not more, f"{asked} tells {more}"
    body = answer.json() if answer.is_success and "json" in answer.headers["content-type"] else None
    if isinstance(body, dict) and "total" in body and f"{API}/agencies?" not in asked:
        listed = next(value for name, value in body.items() if name in LISTED)
        most = body["total"] if "page=1" not in asked else 0
        assert len(listed) == most, f"{asked} counts what it does not list"


def _marks(life: Life) -> set[str]:
    return {str(life.id), life.number} | {mark for step in life.steps for mark in step.words}


def _secrets(life: Life) -> set[str]:
    return {str(life.id)} if life.secret or life.graded else set()


def _counts_nobody(answer: httpx.Response, lives: Sequence[Life]) -> None:
    """Raises AssertionError: numbers by place or body hold complaints that the public may not see."""
    public = sum(life.whole is None and not life.graded and not life.secret for life in lives)
    if answer.url.query in (b"by=region", b"by=agency", b"by=sector"):
        found = sum(each["count"] for each in answer.json()["counts"] if each["key"] is not None)
        assert found <= public, f"{answer.url} counts what nobody may see"
    if answer.url.path == f"{API}/ladder/4" and not answer.url.query:
        listed = sum(not life.graded and _is_late(life, 4) for life in lives)
        assert answer.json()["total"] <= listed, "the public list holds what accuses somebody"
    if answer.url.path == f"{API}/books":
        found = sum(count for name, count in answer.json()["open"].items() if name.startswith("agency:"))
        assert found <= public, "the books name who holds what nobody may see"
    if answer.url.path.startswith(f"{API}/statistics/holders") and not answer.url.path.endswith("/csv"):
        assert answer.json()["totals"]["open"] <= public, "the charts count what nobody may see"


def _is_late(life: Life, rung: int) -> bool:
    return any(isinstance(step.fact, ComplaintEscalated) and step.fact.rung >= rung for step in life.steps)


async def move_the_hidden(front: Front, lives: Sequence[Life], roles: Roles, headers: dict[str, str]) -> None:
    """Every move on what somebody may not see is answered as one on what does not exist, and changes nothing."""
    hidden = sorted((life for life in lives if not may_know(roles, life)), key=lambda life: not life.graded)[:2]
    for path in routes(front, "post"):
        for url in _filled(path, hidden, roles) if "{complaint}" in path else []:
            body = MOVES[path.rpartition("/")[2]]
            if path.startswith(f"{API}/triage") and path.endswith("split"):
                body = {**body, "lead": {"agency": CITY}}
            both = []
            for text in (url.text, url.of_missing):
                sent = {**headers, "Idempotency-Key": str(uuid5(MISSING, text)), "If-Match": '"0"'}
                both.append(await front.web.post(text, json=body, headers=sent, auth=None))
            judge(both[0], allowed(roles, lives), lives, f"POST {url.text} as {roles}")
            assert same(*both, url.life), f"POST {url.text} as {roles}: {both[0].text} and {both[1].text}"


async def ask_as_reporters(front: Front, lives: Sequence[Life]) -> None:
    """Ask the reporter's routes with each tracking code, and the gateway's for each complaint."""
    codes = front.app.state.intake.codes
    for life in lives:
        if life.whole is not None:
            continue
        code = codes.of(life.id, codes.newest)
        asked = [(path, query) for path in routes(front, "get") for query in READS[path] if "{tracking_code}" in path]
        for path, query in asked:
            for url in _of_files(f"{path.replace('{tracking_code}', code)}{query}", life):
                judge(await front.web.get(url, auth=None), reporters(life), lives, url)
        url = f"{API}/submissions/{GATEWAY}/{life.id}"
        answer = await front.web.get(url, headers=role(f"gateway:{GATEWAY}"), auth=None)
        assert code in answer.text, "the gateway reads what it filed"
        judge(answer, reporters(life), lives, url)
        key = {"Idempotency-Key": str(uuid5(MISSING, code))}
        copy = await front.web.post(f"{API}/complaints/{code}/data", json={}, headers=key, auth=None)
        judge(copy, reporters(life), lives, f"a copy of the data of {life.number}")


def same(one: httpx.Response, other: httpx.Response, life: Life | None = None) -> bool:
    """Whether two answers do not differ, but in the id of `life` that the one repeats."""
    text = one.text.replace(str(life.id), str(MISSING)) if life else one.text
    told = (_timeless(one, text), _timeless(other, other.text))
    return (one.status_code, told[0], dict(one.headers)) == (other.status_code, told[1], dict(other.headers))


def _timeless(answer: httpx.Response, text: str) -> str:
    """The figures say at what time they were asked for."""
    return re.sub(r'"at":"[^"]*"', "", text) if answer.url.path.startswith(f"{API}/statistics/") else text
