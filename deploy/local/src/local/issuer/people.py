"""The demo people, one for each role, and whoever else a role is typed for. All of them are made up."""

from typing import Final, NamedTuple

from schemas.access.principal import SYSTEMS, grant_of

LONGEST: Final = 200


class Person(NamedTuple):
    """Somebody who can sign in at the demo provider. `about` is shown beside the name."""

    id: str
    name: str
    about: str
    roles: tuple[str, ...]


PEOPLE: Final = (
    Person("sari", "Sari Wulandari", "petugas Kota Bandung / officer of the city", ("officer:kota-bandung",)),
    Person("budi", "Budi Santoso", "petugas dinas PU Kota Bandung / officer of a unit", ("officer:kota-bandung/pu",)),
    Person("wati", "Wati Kartika", "kepala dinas PU Kota Bandung / head of a unit", ("unit-head:kota-bandung/pu",)),
    Person("dewi", "Dewi Lestari", "meja triase / triage desk", ("triage",)),
    Person("agus", "Agus Prasetyo", "Ombudsman, pemutus sengketa / arbiter", ("arbiter",)),
    Person("rina", "Rina Hapsari", "inspektorat / inspectorate", ("inspectorate",)),
    Person("joko", "Joko Susilo", "analis / analyst", ("analyst",)),
    Person("tono", "Tono Wijaya", "operator platform / operator", ("operator",)),
    Person("maya", "Maya Anggraini", "triase dan analis / two roles", ("triage", "analyst")),
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
