"""What the head of every page leads to, by who is signed in. A page that is built adds its line here."""

from collections.abc import Callable
from typing import Final, NamedTuple

from chassis.pages.texts import N_
from schemas.access.principal import Principal


class Entry(NamedTuple):
    """A link in the head. `shows`: to whom."""

    path: str
    text: str
    shows: Callable[[Principal], bool] = lambda _who: True


ENTRIES: Final = (
    Entry("/lapor", N_("Lapor")),
    Entry("/lacak", N_("Lacak")),
    Entry("/laporan", N_("Laporan warga")),
    Entry("/instansi", N_("Instansi")),
    Entry("/saya", N_("Akun saya"), lambda who: who.signed_in),
    Entry("/masuk", N_("Masuk"), lambda who: not who.signed_in),
)


def entries_for(who: Principal) -> list[Entry]:
    """The links for whoever looks."""
    return [entry for entry in ENTRIES if entry.shows(who)]
