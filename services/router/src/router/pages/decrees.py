"""What the pages of calendars and policies have in common: a decree is tried, its effect on open dates is asked of the
service that keeps them, and only then it is made.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from fastapi import Request

from chassis.base.errors import StoreUnavailable
from chassis.pages.forms import KEY, key_of
from chassis.pages.parts import Call, do
from chassis.signin.forms import FIELD
from chassis.signin.pages import language_of
from router.context import Router
from router.handlers import RegistryRequest
from router.http.registry import RegistryChange
from router.pages.kit import GO
from schemas.access.principal import Principal, Role, acting_as, client_of

AFTER: Final = "sesudah"
"""The field with the key after which the next page of moved dates begins."""
NOT_SENT: Final = (FIELD, GO, KEY, AFTER)
"""Fields of a form that its preview writes anew."""

MOMENTS: Final = ("at", "due_at", "due_before_at")


class Moves(NamedTuple):
    """The answer of the preview; None: escalation did not answer. `percent`: how many open reports were examined."""

    body: Mapping[str, Any] | None
    percent: int

    @property
    def done(self) -> bool:
        """Whether everything is known."""
        return self.body is not None and bool(self.body["done"])


async def moves(request: Request, path: str, decree: Mapping[str, Any], after: str) -> Moves:
    """Which open dates this decree would move."""
    query = {"lang": language_of(request), **({"after": after} if after else {})}
    try:
        answer = await do(request, Call(path, query, "POST", decree))
    except StoreUnavailable:
        return Moves(None, 0)
    if not answer.ok:
        return Moves(None, 0)
    body: Mapping[str, Any] = _with_moments(answer.body)
    return Moves(body, 100 * body["examined"] // body["open"] if body["open"] else 0)


def _with_moments(found: Any) -> Any:
    # JSON has moments as text.
    if isinstance(found, list):
        return [_with_moments(each) for each in found]
    if not isinstance(found, Mapping):
        return found
    return {
        name: datetime.fromisoformat(value) if name in MOMENTS and value is not None else _with_moments(value)
        for name, value in found.items()
    }


def change_of(context: Router, who: Principal, form: Mapping[str, str], path: str) -> RegistryChange:
    """The change that a form asks for, as a request to that path of the API."""
    by = RegistryRequest(client_of(who), path, key_of(form), None, acting_as(who, Role.OPERATOR))
    return RegistryChange(context, by)


def sent(form: Mapping[str, str]) -> dict[str, str]:
    """What a preview sends again."""
    return {name: value for name, value in form.items() if name not in NOT_SENT}
