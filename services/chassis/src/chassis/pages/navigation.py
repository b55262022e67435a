"""What the head of every page leads to, by who is signed in. A page that is built adds its line here."""

from collections.abc import Callable
from typing import Final, NamedTuple

from chassis.pages.texts import N_
from schemas.access.principal import Principal, Role


class Entry(NamedTuple):
    """A link in the head. `shows`: to whom. `begins`: those who are shown it begin there once they have signed in."""

    path: str
    text: str
    shows: Callable[[Principal], bool] = lambda _who: True
    begins: bool = False


OWN_PAGE: Final = "/saya"
OVERSEERS: Final = (
    Role.INSPECTORATE, Role.ARBITER, Role.UNIT_HEAD, Role.OFFICER, Role.TRIAGE, Role.ANALYST, Role.OPERATOR,
)  # fmt: skip
"""Whose office looks at something that climbed."""


def _has(*roles: Role) -> Callable[[Principal], bool]:
    return lambda who: any(who.has(role) for role in roles)


ENTRIES: Final = (
    Entry("/petugas", N_("Kotak masuk"), _has(Role.OFFICER, Role.UNIT_HEAD), begins=True),
    Entry("/lapor", N_("Lapor")),
    Entry("/lacak", N_("Lacak")),
    Entry("/laporan", N_("Laporan warga")),
    Entry("/instansi", N_("Instansi")),
    Entry("/statistik", N_("Statistik")),
    Entry("/meja", N_("Meja"), _has(Role.TRIAGE), begins=True),
    Entry("/arbiter", N_("Sengketa"), _has(Role.ARBITER), begins=True),
    Entry("/preseden", N_("Preseden"), _has(Role.TRIAGE, Role.ARBITER)),
    Entry("/operator", N_("Operator"), _has(Role.OPERATOR), begins=True),
    Entry("/pengawas", N_("Pengawasan"), _has(*OVERSEERS), begins=True),
    Entry(OWN_PAGE, N_("Akun saya"), lambda who: who.signed_in),
    Entry("/masuk", N_("Masuk"), lambda who: not who.signed_in),
)


def entries_for(who: Principal) -> list[Entry]:
    """The links for whoever looks."""
    return [entry for entry in ENTRIES if entry.shows(who)]


def entry_above(path: str, who: Principal) -> Entry | None:
    """The link of the head under which a page stands, if whoever looks is shown it."""
    return next((entry for entry in entries_for(who) if path.startswith(entry.path + "/")), None)


def first_page(who: Principal) -> str:
    """Where somebody begins who has signed in without having asked for a page."""
    return next((entry.path for entry in ENTRIES if entry.begins and entry.shows(who)), OWN_PAGE)
