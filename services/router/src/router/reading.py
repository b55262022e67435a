"""A complaint as the rules understand it: words, place and level together."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from router.gazetteer import Gazetteer, Where
from router.region_codes import REGENCY_LENGTH
from router.rule_data import district_data, name_data, place_data, rule_data, vocabulary
from router.rules import Reading, Rules
from schemas.complaint import Complaint
from schemas.registry import Registry
from schemas.values import Level


class Read(NamedTuple):
    """What was understood."""

    words: Reading
    where: Where


class Reader:
    """Rules and names of one version, with the regions of one registry."""

    def __init__(self, rules: Rules, gazetteer: Gazetteer) -> None:
        self._rules, self._gazetteer = rules, gazetteer

    @property
    def version(self) -> str:
        """The rules' version, for the basis of a placing."""
        return self._rules.version

    @property
    def homes(self) -> Mapping[str, Level]:
        """The level that has each field by law."""
        return self._rules.homes

    def read(self, state: Complaint) -> Read:
        """Read all that was said. A part is first read by its own task."""
        said = "\n".join([state.title or "", state.text, *(text for _, text in state.details)])
        address = state.place.address if state.place else None
        texts = [("address", address or ""), ("text", said), ("addressed_to", state.addressed_to or "")]
        where = self._gazetteer.find(state.place, [pair for pair in texts if pair[1]])
        whole = self._rules.read(said, state.addressed_to or "")
        if state.task:
            own = self._rules.read(state.task)
            if own.sector is not None:
                return Read(own._replace(misconduct=own.misconduct or whole.misconduct), where)
        return Read(whole, where)


@cache
def plain_reader() -> Reader:
    """A reader of the data shipped in this package. Raises BadRules."""
    return _reader({})


def reader(registry: Registry) -> Reader:
    """A reader that also knows the regions which bodies were registered for and no list has. Raises BadRules."""
    listed = place_data().places
    bodies = (body for body in registry.agencies.values() if body.region is not None and body.region not in listed)
    extra = {str(body.region): body.name for body in bodies if len(str(body.region)) <= REGENCY_LENGTH}
    return _reader(extra) if extra else plain_reader()


def _reader(extra: Mapping[str, str]) -> Reader:
    rules = rule_data()
    gazetteer = Gazetteer(name_data(), place_data(), district_data(), extra, vocabulary(rules))
    return Reader(Rules(rules), gazetteer)
