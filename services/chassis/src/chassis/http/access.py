"""Who may call a route: declared beside it with `allow`, checked before its body, shown in OpenAPI and docs/access.md.

Only these rules are checked here. Which complaints a caller may read is for `schemas.access.reading`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends as DependsParam

from chassis.access_log.entry import AccessLogger
from chassis.base.addresses import subscriber
from chassis.http.openapi import BEARER, gives
from chassis.http.rate_limit import RateLimiter, refuse
from chassis.http.reader import told
from schemas.access.principal import FOR_AN_AGENCY, PUBLIC, Grant, Principal, Role
from schemas.base.refusals import NotAllowed, NotFound, NotSignedIn, Refusal

Allows = Callable[[Principal, Mapping[str, Any]], bool]
"""From who asks and the path's parameters to whether they may."""


class Authenticator(Protocol):
    """Turns the access token of a request into a principal."""

    async def bearer(self, token: str) -> Principal:
        """Raises NotSignedIn: the token is not valid."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a route. `words` completes the sentence "May be called by ...".

    `hides`: a caller who may not is told that it does not exist (404), as for an unknown one; otherwise that they may
    not (403). `optional`: nobody needs a token, and who sends one may get more. `page`: for browsers, which send a
    cookie instead of a token; other origins never read it.
    """

    words: str
    allows: Allows
    public: bool = False
    hides: bool = False
    optional: bool = False
    page: bool = False

    def __or__(self, other: "Rule") -> "Rule":
        def either(who: Principal, path: Mapping[str, Any]) -> bool:
            return self.allows(who, path) or other.allows(who, path)

        hides = self.hides or other.hides
        optional = self.optional or other.optional
        return Rule(f"{self.words}, or {other.words}", either, self.public or other.public, hides, optional)


def _anyone(_who: Principal, _path: Mapping[str, Any]) -> bool:
    return True


def has(*roles: Role) -> Allows:
    """Whoever has one of these roles."""
    return lambda who, _path: any(who.has(role) for role in roles)


def _acts_for(who: Principal, path: Mapping[str, Any]) -> bool:
    return any(grant.body == path["agency"] for grant in who.in_role(*FOR_AN_AGENCY))


def _acts_for_all_of(who: Principal, path: Mapping[str, Any]) -> bool:
    return _acts_for(who, path) and who.units(path["agency"]) is None


def _inspects(who: Principal, path: Mapping[str, Any]) -> bool:
    return any(grant.body in (None, path["agency"]) for grant in who.in_role(Role.INSPECTORATE))


def _is_gateway(who: Principal, path: Mapping[str, Any]) -> bool:
    return Grant(Role.GATEWAY, path["client"]) in who.grants


def _looks_at_ladder(who: Principal, path: Mapping[str, Any]) -> bool:
    return str(path["rung"]) == PUBLIC_RUNG or has(*set(Role) - {Role.GATEWAY})(who, path)


PUBLIC_RUNG: Final = "4"
ANYONE: Final = Rule("anyone", _anyone, public=True)
REPORTER: Final = Rule("whoever has the tracking code in the path", _anyone, public=True)
AGENCY: Final = Rule("officers, unit heads and systems of the agency in the path", _acts_for, hides=True)
WHOLE_AGENCY: Final = Rule(
    "officers without a unit, and systems, of the agency in the path", _acts_for_all_of, hides=True
)
READS_AGENCY: Final = AGENCY | Rule(
    "an inspectorate, for what is of supervision grade: the national one, or the agency's own", _inspects, hides=True
)
HOLDER: Final = Rule(
    "officers, unit heads and systems of the body that holds the complaint, or the inspectorate that examines it",
    has(*FOR_AN_AGENCY, Role.INSPECTORATE),
    hides=True,
)
GATEWAY: Final = Rule("the channel gateway in the path", _is_gateway, hides=True)
LADDER: Final = Rule(
    "anyone for rung 4, which is public; for another rung people and agencies' systems, who see what their office "
    "must look at",
    _looks_at_ladder,
    optional=True,
)
TRIAGE: Final = Rule("the triage desk", has(Role.TRIAGE))
ARBITER: Final = Rule("the arbiter", has(Role.ARBITER))
INSPECTORATE: Final = Rule("the inspectorate", has(Role.INSPECTORATE))
ANALYST: Final = Rule("analysts", has(Role.ANALYST))
OPERATOR: Final = Rule("operators", has(Role.OPERATOR))
SIGNED_IN: Final = Rule("whoever is signed in", lambda who, _path: who.signed_in)


def source_of(request: Request) -> str:
    """Whom requests without a principal are counted for."""
    return subscriber(request.client.host if request.client else "")


def counted_as(request: Request) -> str:
    """Whom a request is counted for: the principal, else the source."""
    who: Principal = getattr(request.state, "caller", PUBLIC)
    return f"{who.issuer} {who.subject}" if who.signed_in else source_of(request)


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Limits of all requests but those that a tracking code opens."""

    by_source: RateLimiter
    by_principal: RateLimiter

    def check(self, request: Request, who: Principal) -> None:
        """Raises HTTPException: 429. The page that a part is for was counted already."""
        if getattr(request.state, "part", False):
            return
        limiter = self.by_principal if who.signed_in else self.by_source
        refuse(limiter.wait_s(counted_as(request)))


NO_LIMITS: Final = CallLimits(RateLimiter(0), RateLimiter(0))


def limits_of(request: Request) -> CallLimits:
    """Those of the app, if it has any."""
    found: CallLimits = getattr(request.app.state, "limits", NO_LIMITS)
    return found


@gives(429)
async def caller(request: Request) -> Principal:
    """Who calls, by the header `Authorization: Bearer`; the public without one. An ID token or a cookie is none.

    Raises:
        NotSignedIn: the header holds no valid access token.
        HTTPException: 429, this source has sent too many of these.
    """
    try:
        part = told(request)
    except NotSignedIn as refusal:
        limits_of(request).check(request, PUBLIC)
        raise refused(request, PUBLIC, refusal) from refusal
    if part is not None:
        request.state.caller, request.state.part = part.who, True
        return part.who
    given = request.headers.get("authorization")
    if given is None:
        return PUBLIC
    scheme, _, token = given.partition(" ")
    authenticator: Authenticator = request.app.state.access
    try:
        found = await authenticator.bearer(token.strip() if scheme.lower() == BEARER else "")
    except NotSignedIn as refusal:
        limits_of(request).check(request, PUBLIC)  # first: what is noted costs a row
        raise refused(request, PUBLIC, refusal) from refusal
    request.state.caller = found
    return found


Caller = Annotated[Principal, Depends(caller)]


def refused(request: Request, who: Principal, refusal: Refusal) -> Refusal:
    """`refusal`, noted in the access log: for whatever answers 401, 403 or 404 because of who calls."""
    log: AccessLogger | None = getattr(request.app.state, "access_log", None)
    if log is not None:
        # The route, not the path: a path may hold a tracking code, which is a key.
        route = str(getattr(request.scope.get("route"), "path", ""))
        about: dict[str, str | int] = {"route": route, "method": request.method, "status": refusal.status_hint}
        log.call_refused(who, about | ({"why": str(refusal.data["why"])} if "why" in refusal.data else {}))
    return refusal


class Allowed:
    """The dependency that checks one rule."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    async def __call__(self, request: Request, who: Caller) -> None:
        """Raises NotSignedIn, NotAllowed, NotFound, or HTTPException: 429."""
        if who.signed_in or self.rule is not REPORTER:
            limits_of(request).check(request, who)
        if self.rule.allows(who, request.path_params):
            return
        if not who.signed_in:
            raise refused(request, who, NotSignedIn())
        refusal = NotFound(**request.path_params) if self.rule.hides else NotAllowed(who=self.rule.words)
        raise refused(request, who, refusal)


def rules_of(taken: Dependant) -> Iterator[Rule]:
    """The rules that a route declares."""
    if isinstance(taken.call, Allowed):
        yield taken.call.rule
    for inner in taken.dependencies:
        yield from rules_of(inner)


def allow(rule: Rule) -> DependsParam:
    """For `dependencies=[allow(...)]` of a route or a router."""
    statuses = () if rule.public else (401, 404 if rule.hides else 403)
    dependency: DependsParam = Depends(gives(*statuses)(Allowed(rule)))
    return dependency
