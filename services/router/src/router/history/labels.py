"""Training labels from an operator's own history: what people decided, and what bodies kept or returned.

A secret, supervision-grade or erased complaint gives none.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from router.history.outcomes import BY_A_PERSON, PlacementOutcome
from router.learning.examples import Example
from router.reading.reader import located, place_tokens
from router.reading.rules import SectorScore
from schemas.base.values import ComplaintClass
from schemas.complaint.state import Complaint
from schemas.events.intake import CaseImported
from schemas.events.router import ComplaintRouted
from schemas.registry.bodies import Mandate
from schemas.registry.fold import Registry

Source = Literal["arbiter", "desk", "kept", "returned", "imported"]
WEIGHTS: Final[Mapping[Source, float]] = {"arbiter": 1.0, "desk": 1.0, "kept": 0.5, "returned": 1.0, "imported": 0.5}
"""The weight of each source: a body also keeps complaints that it should have returned."""
INFERRED: Final = 0.5
"""Factor on the weight where the body is known and its sector only follows from the words."""
FAINT, CLEAR = 0.05, 0.8
"""The least share of all probability, and of that of the body's sectors, with which the words decide the sector."""


class TrainingLabel(NamedTuple):
    """One complaint's text and the body it belonged to; `right` False: a body that returned it.

    `sector`: the sector that the body has a mandate for; None where it has several and nothing decides.
    """

    text: str
    region: str | None
    class_: ComplaintClass
    sector: str | None
    agency: str
    unit: str | None
    weight: float
    source: Source
    right: bool = True
    received_at: datetime | None = None
    addressed_to: str = ""


SectorScores = Callable[[str], Sequence[SectorScore]]
"""The likeliest sectors of a text, with their probabilities."""


def mandates_by_agency(registry: Registry) -> Mapping[str, Sequence[Mandate]]:
    """The mandates of each body; those of a body that is gone count for its successor too."""
    found: dict[str, list[Mandate]] = defaultdict(list)
    for mandate in registry.mandates:
        found[mandate.agency].append(mandate)
        heir = registry.living(mandate.agency)
        if heir is not None and heir.id != mandate.agency:
            found[heir.id].append(mandate)
    return found


def training_labels(
    state: Complaint,
    outcome: PlacementOutcome,
    mandates: Mapping[str, Sequence[Mandate]],
    scores: SectorScores = lambda _: (),
) -> list[TrainingLabel]:
    """One label for the proven owner, and one for each body that returned the complaint.

    `scores` decides between several sectors of one body.
    """
    if state.is_protected or state.erased:
        return []
    text = "\n".join([state.title or "", state.text, *(detail for _, detail in state.details)]).strip()
    region = (outcome.read.basis.region if outcome.read else None) or located(state)

    def label(agency: str, unit: str | None, source: Source) -> TrainingLabel:
        own = frozenset(m.sector for m in mandates.get(agency, ()) if unit is None or m.unit == unit)
        sector = _sector_read(outcome, own)
        weight = WEIGHTS[source] * (1.0 if sector is not None else INFERRED)
        sector = sector or _sector_by_words(scores(text), own)
        return TrainingLabel(
            text, region, state.class_, sector, agency, unit, weight, source,
            received_at=state.received_at, addressed_to=state.addressed_to or "",
        )  # fmt: skip

    returned = [label(agency, None, "returned")._replace(right=False) for agency in outcome.returns]
    owner = outcome.owner
    if owner is None or not outcome.proven:
        return returned
    return [label(owner.agency, owner.unit, _source(owner)), *returned]


def imported_label(
    case: CaseImported, mandates: Mapping[str, Sequence[Mandate]], scores: SectorScores = lambda _: ()
) -> TrainingLabel | None:
    """The label of a closed case of another system, by the body that handled it there; None: that is not known here."""
    if case.agency is None:
        return None
    text = "\n".join([case.title or "", case.text]).strip()
    own = frozenset(mandate.sector for mandate in mandates.get(case.agency, ()))
    only = next(iter(own)) if len(own) == 1 else None
    return TrainingLabel(
        text, case.place.region if case.place else None, case.class_, only or _sector_by_words(scores(text), own),
        case.agency, None, WEIGHTS["imported"] * (1.0 if only else INFERRED), "imported", received_at=case.received_at,
    )  # fmt: skip


def _source(owner: ComplaintRouted) -> Source:
    if owner.cause not in BY_A_PERSON:
        return "kept"
    return "arbiter" if owner.cause == "binding" else "desk"


def _sector_read(outcome: PlacementOutcome, sectors: frozenset[str]) -> str | None:
    """Of the body's sectors the one that was read, else its only one."""
    read = outcome.read.basis.sector if outcome.read else None
    if read in sectors:
        return read
    return next(iter(sectors)) if len(sectors) == 1 else None


def _sector_by_words(scored: Sequence[SectorScore], sectors: frozenset[str]) -> str | None:
    """Of the body's sectors the one that the words name far more clearly than the others."""
    own = [each for each in scored if each.sector in sectors]
    if not own:
        return None
    best = max(own, key=lambda each: each.score)
    clear = best.score >= FAINT and best.score >= CLEAR * sum(each.score for each in own)
    return best.sector if clear else None


def training_examples(labels: Iterable[TrainingLabel]) -> list[Example]:
    """The examples for training. A return says nothing about the right sector, so it gives none."""
    return [
        Example(
            each.text,
            each.sector,
            place_tokens(each.region),
            each.class_,
            weight=each.weight,
            at=each.received_at,
            addressed_to=each.addressed_to,
        )
        for each in labels
        if each.right and each.sector is not None
    ]
