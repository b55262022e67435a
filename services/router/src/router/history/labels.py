"""Examples to learn from, off an operator's own history: what people decided, and what bodies kept or gave back.

The text of a secret complaint, of one of supervision grade or of an erased one teaches nobody.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from router.history.outcomes import BY_A_PERSON, PlacementOutcome
from router.learning.examples import Example
from router.reading.reader import place_tokens
from router.reading.rules import SectorScore
from schemas.base.values import ComplaintClass
from schemas.complaint.state import Complaint
from schemas.events.router import ComplaintRouted
from schemas.registry.bodies import Mandate
from schemas.registry.fold import Registry

Source = Literal["arbiter", "desk", "kept", "returned"]
WEIGHTS: Final[Mapping[Source, float]] = {"arbiter": 1.0, "desk": 1.0, "kept": 0.5, "returned": 1.0}
"""How far each is to be trusted: a body also keeps what it ought to have given back."""

INFERRED: Final = 0.5
"""The same, where the body is known and its field only follows from the words."""
FAINT, CLEAR = 0.05, 0.8
"""A field must have so much of all probability, and so much of what the body's fields have together."""


class TrainingLabel(NamedTuple):
    """One complaint's words and whose they were. `right` False: whose they were not (a body gave it back).

    `sector` is the field for which that body has authority; None where it has several and nothing tells which.
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


Fields = Mapping[str, Sequence[Mandate]]
"""Each body's mandates."""
Reads = Callable[[str], Sequence[SectorScore]]
"""The likeliest fields of a text, with their probabilities."""


def mandates_by_agency(registry: Registry) -> Fields:
    """Each body's mandates, those of a body that is gone with its successor too."""
    found: dict[str, list[Mandate]] = defaultdict(list)
    for mandate in registry.mandates:
        found[mandate.agency].append(mandate)
        heir = registry.living(mandate.agency)
        if heir is not None and heir.id != mandate.agency:
            found[heir.id].append(mandate)
    return found


def training_labels(
    state: Complaint, past: PlacementOutcome, known: Fields, reads: Reads = lambda _: ()
) -> list[TrainingLabel]:
    """What this complaint teaches: one example of whose it was, if that is known, and one of each body it was not.
    `reads` tells which of a body's several fields the words speak of.
    """
    if state.secret or state.supervision or state.erased:
        return []
    given = [_example(state, past, known, agency, None, "returned", reads) for agency in past.returns]
    rejected = [each._replace(right=False) for each in given]
    owner = past.owner
    if owner is None or not past.proven:
        return rejected
    return [_example(state, past, known, owner.agency, owner.unit, _source(owner), reads), *rejected]


def _source(owner: ComplaintRouted) -> Source:
    if owner.cause not in BY_A_PERSON:
        return "kept"
    return "arbiter" if owner.cause == "binding" else "desk"


def _example(
    state: Complaint, past: PlacementOutcome, known: Fields, agency: str, unit: str | None, source: Source, reads: Reads
) -> TrainingLabel:
    said = "\n".join([state.title or "", state.text, *(text for _, text in state.details)]).strip()
    region = (past.read.basis.region if past.read else None) or (state.place.region if state.place else None)
    own = frozenset(mandate.sector for mandate in known.get(agency, ()) if unit is None or mandate.unit == unit)
    sector = _sector(past, own)
    weight = WEIGHTS[source] * (1.0 if sector is not None else INFERRED)
    sector = sector or _by_its_words(reads(said), own)
    return TrainingLabel(said, region, state.class_, sector, agency, unit, weight, source)


def _sector(past: PlacementOutcome, own: frozenset[str]) -> str | None:
    # The body stands fast; of its fields the one that was read, else its only one.
    read = past.read.basis.sector if past.read else None
    if read in own:
        return read
    return next(iter(own)) if len(own) == 1 else None


def _by_its_words(scored: Sequence[SectorScore], own: frozenset[str]) -> str | None:
    """Of the body's fields the one that the words speak of, far before its others; too unsure to place by it alone."""
    mine = [each for each in scored if each.sector in own]
    if not mine:
        return None
    best = max(mine, key=lambda each: each.score)
    clear = best.score >= FAINT and best.score >= CLEAR * sum(each.score for each in mine)
    return best.sector if clear else None


def training_examples(examples: Iterable[TrainingLabel]) -> list[Example]:
    """What an operator's history teaches: whose each was. That somebody gave it back tells of no other field."""
    return [
        Example(each.text, each.sector, place_tokens(each.region), each.class_, weight=each.weight)
        for each in examples
        if each.right and each.sector is not None
    ]
