"""What the head of every page leads to, by who is signed in. A page that is built adds its line here."""

from collections.abc import Callable
from typing import Final, NamedTuple

from chassis.pages.texts import N_
from schemas.access.principal import Principal, Role


class Entry(NamedTuple):
    """A link in the head. `shows`: to whom."""

    path: str
    text: str
    shows: Callable[[Principal], bool] = lambda _who: True


def _is_officer(who: Principal) -> bool:
    return who.has(Role.OFFICER) or who.has(Role.UNIT_HEAD)


ENTRIES: Final = (
    Entry("/petugas", N_("Kotak masuk"), _is_officer),
    Entry("/lapor", N_("Lapor")),
    Entry("/lacak", N_("Lacak")),
    Entry("/saya", N_("Akun saya"), lambda who: who.signed_in),
    Entry("/masuk", N_("Masuk"), lambda who: not who.signed_in),
)


LANDINGS: Final = (("/petugas", _is_officer),)
"""Where somebody begins to work; the first that fits."""


def landing_of(who: Principal) -> str:
    """Where a sign-in leads to that was not asked for by a page: to one's work, else to one's own page."""
    return next((path for path, fits in LANDINGS if fits(who)), "/saya")


def entries_for(who: Principal) -> list[Entry]:
    """The links for whoever looks."""
    return [entry for entry in ENTRIES if entry.shows(who)]
