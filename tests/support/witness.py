"""Checks who may see what: a client of the front door that searches every answer for what its asker must not see, and
knows every route.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4  # noqa: TID251 - a client makes its own keys

import aiohttp

from support.door import Door, Json, Refused

OPEN_TO_ALL, DESK, OFFICES, BEARER, HOLDER, PERSON = "anybody", "desk", "offices", "bearer", "holder", "person"
SUBJECT: Final = "subject"
"""The reporter who asks for everything that is held about them."""

ROUTES: Final = {
    "/complaints": BEARER,
    "/complaints/{tracking_code}": BEARER,
    "/complaints/{tracking_code}/data": SUBJECT,
    "/submissions/{client}/{key}": BEARER,
    "/persons/{complaint}": PERSON,
    "/photos/{complaint}": OFFICES,
    "/numbers/{public_number}": DESK,
    "/data-requests": OFFICES,
    "/dead-letters": OFFICES,
    "/agencies/{agency}/inbox": HOLDER,
    "/agencies/{agency}/replies": HOLDER,
    "/agencies/{agency}/officers": HOLDER,
    "/agencies/{agency}/saved-views": HOLDER,
    "/agencies/{agency}/templates": HOLDER,
    "/agencies": OPEN_TO_ALL,
    "/regions": OPEN_TO_ALL,
    "/triage": DESK,
    "/arbitration": DESK,
    "/precedents": DESK,
    "/ladder/4": OPEN_TO_ALL,
    "/ladder/{rung}": OFFICES,
    "/reports": OPEN_TO_ALL,
    "/lost-codes": OPEN_TO_ALL,
    "/duplicates": OPEN_TO_ALL,
    "/books": OPEN_TO_ALL,
    "/counts": OPEN_TO_ALL,
    "/statistics": OPEN_TO_ALL,
    "/open-data": OPEN_TO_ALL,
    "/as-of": OFFICES,
    "/calendars": OPEN_TO_ALL,
    "/policies": OPEN_TO_ALL,
    "/due-dates": OFFICES,
    "/open311/v2": OPEN_TO_ALL,
}
"""The role that uses the routes with this prefix below /api/v1; the longest prefix counts. A route without an entry
fails.
"""


@dataclass
class Kept:
    """A complaint with marker texts that occur nowhere else, by what they reveal."""

    kind: str
    marks: Mapping[str, list[str]]
    """`person`, `code`, `text` (the complaint), `said` (what the reporter wrote later), `being` (that it exists)."""
    filed: Json
    anonymous: bool = False
    hidden: bool = False
    """Secret or of supervision grade: the public must not know that it exists."""
    reworded: bool = False
    """The desk wrote a public wording: the original text is no longer public."""
    holders: set[str] = field(default_factory=set)
    """Bodies that hold it or a part of it now."""
    ever: set[str] = field(default_factory=set)
    """Bodies that held it at some time."""

    @property
    def id(self) -> str:
        return str(self.filed["id"])

    @property
    def code(self) -> str:
        return str(self.filed["tracking_code"])

    @property
    def number(self) -> str:
        return str(self.filed["public_number"])

    def held_by(self, *bodies: str) -> None:
        """Set the bodies that hold it now."""
        self.holders = set(bodies)
        self.ever |= self.holders

    def public(self) -> set[str]:
        """The markers that anybody may see."""
        if self.hidden:
            return set()
        return {"being"} if self.reworded else {"being", "text"}

    def leaked(self, text: str, allowed: set[str]) -> dict[str, list[str]]:
        """The markers in this text that are not `allowed`."""
        found = {
            name: [mark for mark in marks if mark in text] for name, marks in self.marks.items() if name not in allowed
        }
        return {name: marks for name, marks in found.items() if marks}


class Witness(Door):
    """The client; every answer is searched for what the asker must not see."""

    def __init__(self, session: aiohttp.ClientSession, templates: list[tuple[str, str]]) -> None:
        super().__init__(session)
        self.kept: list[Kept] = []
        self.asked = set[tuple[str, str]]()
        """Method and route of every request that was answered with 2xx."""
        self.shown = set[tuple[str, str]]()
        """Role and kind of every marker that was seen where it is allowed: proof that the search finds markers."""
        self.masked = list[str]()
        """Texts that the reporter sees in an answer and nobody else may."""
        self.templates = [(m, t, re.compile(re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(t)) + "$")) for m, t in templates]

    async def get(self, path: str) -> Json:
        return await self.ask("GET", path)

    async def post(self, path: str, key: str | None = None, **body: Any) -> Json:
        return await self.ask("POST", path, json=body, headers={"Idempotency-Key": key or str(uuid4())})

    async def ask(self, method: str, path: str, **more: Any) -> Json:
        """Send a request. Raises Refused; AssertionError if the asker sees what it must not."""
        async with self.session.request(method, path, **more) as answer:
            raw = await answer.read()
            self._judge(method, path, f"{raw.decode('utf-8', 'replace')} {dict(answer.headers)}", answer.status)
            if answer.content_type not in ("application/json", "application/problem+json"):
                return {}
            body: Json = await answer.json(content_type=None)
            if answer.status >= 400:
                raise Refused(answer.status, body)
            return body

    def route(self, method: str, path: str) -> str:
        """The route of a path: the most literal one, as the router chooses it."""
        plain = path.partition("?")[0]
        found = [template for m, template, pattern in self.templates if m == method and pattern.match(plain)]
        return min(found, key=lambda template: template.count("{"))

    def _judge(self, method: str, path: str, text: str, status: int) -> None:
        route = self.route(method, path)
        if status < 400:
            self.asked.add((method, route))
        # Rung 4 is the public list; the others are for officers.
        role = role_of(path if "/ladder/4" in path else route)
        shown = [mark for mark in self.masked if role == OPEN_TO_ALL and mark in text]
        assert not shown, f"{method} {path} shows {shown} to everybody"
        # The asker already knows what it named.
        said = text.replace(path, "")
        for one in self.kept:
            allowed = self._may(role, path, text, one)
            leaks = {
                name: marks
                for name, marks in one.leaked(said, allowed).items()
                if any(mark not in path for mark in marks)
            }
            assert not leaks, f"{method} {path} -> {status} shows {role} of the {one.kind} one: {leaks}\n{said}"
            self.shown |= {(role, name) for name in allowed if one.leaked(said, set(one.marks) - {name})}

    def _may(self, role: str, path: str, text: str, one: Kept) -> set[str]:
        segments = path.partition("?")[0].split("/")
        match role:
            case "bearer":
                mine = one.code in segments or (one.id in text and "/complaints/" not in path)
                return {"code", "text", "said", "being"} if mine else one.public() - {"text"}
            case "subject":
                return set(one.marks) if one.code in segments else one.public() - {"text"}
            case "person":
                # Asked for the holder alone; who else may ask is for `support.strangers`.
                return {"person"} if one.id in segments and one.holders and not one.anonymous else set()
            case "holder":
                mine = segments[segments.index("agencies") + 1] in one.holders
                return {"text", "said", "being"} if mine else one.public() - {"text"}
            case "desk":
                return {"text", "said", "being"}
            case "offices":
                return {"being"}
        return one.public()


def role_of(route: str) -> str:
    """The role that uses this route. Raises AssertionError if none is declared."""
    below = route.partition("?")[0].removeprefix("/api/v1")
    found = [known for known in ROUTES if below == known or below.startswith(f"{known}/")]
    assert found, f"nobody has said who may see what at {route}: add a line to support.witness.ROUTES"
    return ROUTES[max(found, key=len)]
