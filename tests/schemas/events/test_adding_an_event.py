"""Adding an event takes five places; `forgotten` names those that a type lacks.

The five: its class in `schemas/events`, a golden example, `schemas/complaint/lifecycle.py`, its entry in a fold, and
its sentence in `schemas/wording/words.py`. `make schemas` writes the JSON Schema. An event that changes who must act
also needs its effect on router's status row.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from router.placement import status as router_status
from schemas.base.values import HolderKind
from schemas.complaint.fold import AGENCY_UPDATES, EVOLVE, RecordedFact, allows, evolve
from schemas.complaint.lifecycle import FIRST_EVENTS, TRANSITIONS, Status
from schemas.complaint.state import Complaint
from schemas.contract import CASES
from schemas.contract.generate import ROOT
from schemas.events import BY_NAME, IMPORTED_EVENTS, OWNER, SUPPORT_EVENTS
from schemas.events.base import Fact
from schemas.events.upcasters import current_version
from schemas.registry import fold as registry_fold
from schemas.wording.words import SENTENCES
from support.given import HISTORIES, NOON, given
from support.golden import EXAMPLES
from support.golden import fact as example

CLOSED_PLACES = {router_status.CLOSED, *router_status.ENDED_FOR_FOLLOWERS}
SAME_PLACE = {Status.UNPLACED, Status.TRIAGE, Status.ARBITRATION, Status.JOINED}


class ComplaintPaused(Fact):
    """An event that somebody is about to add."""


def forgotten(kind: type[Fact], sample: Fact) -> list[str]:
    """One sentence for each place that lacks this type. `sample`: an event of it."""
    name = kind.__name__
    return [*_everywhere(kind), *(_of_complaint(kind, sample) if _is_of_complaint(name) else _of_registry(kind))]


def _is_of_complaint(name: str) -> bool:
    return OWNER.get(name) != "registry" and name not in SUPPORT_EVENTS | IMPORTED_EVENTS


def _everywhere(kind: type[Fact]) -> Iterator[str]:
    name = kind.__name__
    if BY_NAME.get(name) is not kind:
        yield f"{name}: define its class in schemas/src/schemas/events, in the module of the service that writes it"
    if not (EXAMPLES / name / "v1" / "1.json").exists():
        yield f"{name}: add a golden example, schemas/examples/{name}/v1/1.json"
    if not any(kind in (key, key[0] if isinstance(key, tuple) else None) for key in SENTENCES):
        yield f"{name}: add its sentence to SENTENCES in schemas/src/schemas/wording/words.py"
    if not (Path(ROOT) / "jsonschema" / "events" / f"{name}.v{current_version(name)}.json").exists():
        yield f"{name}: write its JSON Schema with `make schemas`"


def _of_registry(kind: type[Fact]) -> Iterator[str]:
    if kind.__name__ not in SUPPORT_EVENTS | IMPORTED_EVENTS and kind not in registry_fold.EVOLVE:
        yield f"{kind.__name__}: add what it changes to EVOLVE in schemas/src/schemas/registry/fold.py"


def _of_complaint(kind: type[Fact], sample: Fact) -> Iterator[str]:
    name = kind.__name__
    if kind not in EVOLVE:
        yield f"{name}: add what it changes to EVOLVE in schemas/src/schemas/complaint/fold.py"
    if kind not in FIRST_EVENTS and not any(kind in row for row in TRANSITIONS.values()):
        yield f"{name}: name the statuses that allow it in schemas/src/schemas/complaint/lifecycle.py"
    if any(_place_differs(history, sample) for history in HISTORIES.values() if allows(given(*history), kind)):
        yield f"{name}: say where it leads in services/router/src/router/placement/status.py"
    for message in sorted(_messages(kind, sample) - set(CASES)):
        yield f"{name}: no agency message {message} in schemas/src/schemas/contract/agency_messages.py"


def _place_differs(history: list[Fact], sample: Fact) -> bool:
    row = router_status.StatusRow("complaint")
    for position, fact in enumerate([*history, sample]):
        data: dict[str, Any] = fact.model_dump(mode="json", by_alias=True)
        row = router_status.status_after(row, type(fact).__name__, data, position)
    state = given(*history)
    return row.place not in _places(evolve(state, RecordedFact(sample, UUID(int=9), state.version + 1)))


def _places(state: Complaint) -> set[str]:
    if state.status is Status.CLOSED:
        return CLOSED_PLACES
    if state.status in SAME_PLACE:
        return {state.status.value}
    asked_by_desk = state.status is Status.AWAITING_REPORTER and state.holder.kind is HolderKind.DESK
    return {router_status.ASKED if asked_by_desk else router_status.WITH_AGENCY}


def _messages(kind: type[Fact], sample: Fact) -> set[str]:
    if kind not in AGENCY_UPDATES:
        return set()
    states = [given(*history) for history in HISTORIES.values()]
    return {f"complaint.{word}" for state in states for word in AGENCY_UPDATES[kind](state, sample).values()}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_no_place_was_forgotten_for_any_event(name: str) -> None:
    assert forgotten(BY_NAME[name], example(name)) == []


def test_a_new_event_is_told_each_place_that_it_still_lacks() -> None:
    assert forgotten(ComplaintPaused, ComplaintPaused(at=NOON)) == [
        "ComplaintPaused: define its class in schemas/src/schemas/events, in the module of the service that writes it",
        "ComplaintPaused: add a golden example, schemas/examples/ComplaintPaused/v1/1.json",
        "ComplaintPaused: add its sentence to SENTENCES in schemas/src/schemas/wording/words.py",
        "ComplaintPaused: write its JSON Schema with `make schemas`",
        "ComplaintPaused: add what it changes to EVOLVE in schemas/src/schemas/complaint/fold.py",
        "ComplaintPaused: name the statuses that allow it in schemas/src/schemas/complaint/lifecycle.py",
    ]


def test_a_new_event_of_the_registry_needs_its_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OWNER, "ComplaintPaused", "registry")
    fold = "ComplaintPaused: add what it changes to EVOLVE in schemas/src/schemas/registry/fold.py"
    assert fold in forgotten(ComplaintPaused, ComplaintPaused(at=NOON))


def test_an_event_that_changes_the_status_or_tells_agencies_needs_router_and_contract_to_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(BY_NAME, "ComplaintPaused", ComplaintPaused)
    monkeypatch.setitem(SENTENCES, ComplaintPaused, {"id": "-", "en": "-"})
    monkeypatch.setitem(TRANSITIONS[Status.ROUTED], ComplaintPaused, Status.TRIAGE)  # type: ignore[arg-type]
    monkeypatch.setitem(EVOLVE, ComplaintPaused, EVOLVE[BY_NAME["ComplaintAcknowledged"]])  # type: ignore[arg-type]
    monkeypatch.setitem(AGENCY_UPDATES, ComplaintPaused, lambda _state, _event: {"city": "paused"})  # type: ignore[arg-type]
    assert forgotten(ComplaintPaused, ComplaintPaused(at=NOON))[2:] == [
        "ComplaintPaused: say where it leads in services/router/src/router/placement/status.py",
        "ComplaintPaused: no agency message complaint.paused in schemas/src/schemas/contract/agency_messages.py",
    ]


def test_no_source_names_an_event_by_a_bare_string() -> None:
    folders = (
        ROOT / "src",
        *sorted((ROOT.parent / "services").glob("*/src")),
        ROOT.parent / "deploy" / "local" / "src",
    )
    named = [
        f"{path.name}:{node.lineno}: {node.value}"
        for folder in folders
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in BY_NAME
    ]
    assert named == []
