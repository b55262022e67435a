"""The demo people, one for each role, and whoever else a role is typed for. All of them are made up."""

from typing import Final, NamedTuple

from chassis.pages.texts import N_
from schemas.access.principal import SYSTEMS, grant_of

LONGEST: Final = 200


class Person(NamedTuple):
    """Somebody who can sign in at the demo provider. `about` is shown beside the name, in the catalogue's languages."""

    id: str
    name: str
    about: str
    roles: tuple[str, ...]


PEOPLE: Final = (
    Person("sari", "Sari Wulandari", N_("petugas Kota Bandung"), ("officer:kota-bandung",)),
    Person("budi", "Budi Santoso", N_("petugas dinas PU Kota Bandung"), ("officer:kota-bandung/pu",)),
    Person("wati", "Wati Kartika", N_("kepala dinas PU Kota Bandung"), ("unit-head:kota-bandung/pu",)),
    Person("dewi", "Dewi Lestari", N_("meja triase"), ("triage",)),
    Person("agus", "Agus Prasetyo", N_("Ombudsman, pemutus sengketa"), ("arbiter",)),
    Person("rina", "Rina Hapsari", N_("inspektorat"), ("inspectorate",)),
    Person("joko", "Joko Susilo", N_("analis"), ("analyst",)),
    Person("tono", "Tono Wijaya", N_("operator platform"), ("operator",)),
    Person("maya", "Maya Anggraini", N_("triase dan analis"), ("triage", "analyst")),
)
_BY_ID: Final = {person.id: person for person in PEOPLE}


def person_of(text: str) -> Person | None:
    """The person of this id, or a made-up one for a role such as `officer:pln`; None: neither, or a system."""
    if text in _BY_ID:
        return _BY_ID[text]
    grant = grant_of(text) if len(text) <= LONGEST else None
    if grant is None or grant.role in SYSTEMS:
        return None
    return Person(text, f"Demo {text}", "", (text,))


def is_system(text: str) -> bool:
    """Whether this is the client id of a system, which is its role: `agency:pln`, `gateway:wa`."""
    grant = grant_of(text) if len(text) <= LONGEST else None
    return grant is not None and grant.role in SYSTEMS
