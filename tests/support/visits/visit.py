"""One state of one page."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Visit(NamedTuple):
    """One state of one page. `route`: as it is declared. `opens`: the staged report that is opened first. `steps`: forms
    that are sent there one after another: what is filled in by selectors, and the button that is pressed. `person`: who
    signs in first. `status`: of the last answer. `about`: the staged report whose `{id}` the path holds.

    A selector of a hidden field sets it, as a form does that was open while something happened; one of a form with
    `:action` behind it sets where it is sent to. The value `check` checks a box, `select x` chooses the option x,
    `number x` is the public number of the staged report x, `file:` and a name chooses a file: a picture if it ends so.
    """

    name: str
    route: str
    path: str
    opens: str | None = None
    steps: tuple[tuple[Mapping[str, str], str], ...] = ()
    person: str | None = None
    status: int = 200
    about: str | None = None


NONE: Final[Mapping[str, str]] = MappingProxyType({})
"""A form that is sent as it is."""
