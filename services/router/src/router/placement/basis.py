"""The basis recorded with a placement, so that it can be repeated: registry version, model, rules, reading."""

from router.placement.choose import Question
from router.placement.context import PlacementContext
from router.placement.precedents import basis_key
from schemas.base.values import Basis
from schemas.complaint.state import Complaint
from schemas.events.router import ArbitrationDecided
from schemas.registry.fold import Registry


def read_basis(question: Question, context: PlacementContext) -> Basis:
    """The basis of a placement that follows from this reading."""
    words, where, prediction, _ = question.reading
    return Basis(
        registry_version=max(context.registry.version, 0), rules=context.reader.rules.version, sector=words.sector,
        level=question.level, region=where.region,
        region_name=context.reader.place_name(where.region), region_from=where.found_by, words=words.words,
        model=prediction.model if prediction else None, score=round(words.score, 3),
        region_score=round(where.score, 3) if where.region is not None else None, place_words=where.words,
    )  # fmt: skip


def past_basis(state: Complaint, registry: Registry) -> Basis:
    """The basis of a placement that reads nothing itself: the newest reading, at today's registry."""
    basis = state.classified.basis if state.classified else Basis(registry_version=0, rules="none")
    return basis.model_copy(update={"registry_version": max(registry.version, 0), "precedent": None})


def binding_basis(state: Complaint, decided: ArbitrationDecided, registry: Registry) -> Basis:
    """The basis of a binding placement: its key as a precedent is what the arbiter decided for."""
    basis, matter = past_basis(state, registry), decided.matter
    if matter is None:
        # A decision from before matters were recorded is a precedent for what its complaint was read as.
        return basis.model_copy(update={"sector": None}) if decided.alone or state.supervision else basis
    if basis_key(basis) == (matter.sector, matter.level.value, matter.region):
        return basis
    return Basis(
        registry_version=basis.registry_version, rules=basis.rules, region=matter.region or basis.region,
        region_name=matter.region_name, sector=matter.sector, level=matter.level,
    )  # fmt: skip
