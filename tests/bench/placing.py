"""Placement in batches on one core (rules, gazetteer, model and choice), compared with the bare model."""

import random
import time
from datetime import UTC, datetime
from uuid import UUID

from bench.measure import Result
from router.learning.train import own_examples
from router.placement.context import PlacementContext
from router.placement.policy import next_facts
from router.reading.features import ModelInput
from router.reading.model_files import default
from router.reading.reader import reader
from router.registry.mandates import MandateIndex
from router.registry.seed import missing
from schemas.base.values import Place
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.state import Complaint, new
from schemas.events.intake import ComplaintFiled
from schemas.reference.load import calendars, policies
from schemas.registry.fold import Registry, fold_registry

COMPLAINTS, BATCH, RUNS = 3_000, 100, 3
ENOUGH_PER_S = 1_500
AT = datetime(2026, 4, 14, 5, tzinfo=UTC)


def run() -> list[Result]:
    known, states = _known(), _states()
    model = default()[0]
    texts = [ModelInput(state.text) for state in states]
    ours, bare = [], []
    for _ in range(RUNS):
        start = time.process_time()
        for at in range(0, COMPLAINTS, BATCH):
            batch = states[at : at + BATCH]
            ahead = known.read_ahead(batch)
            assert all(next_facts(state, ahead, AT) for state in batch)
        ours.append(COMPLAINTS / (time.process_time() - start))
        start = time.process_time()
        for at in range(0, COMPLAINTS, BATCH):
            model.read_many(texts[at : at + BATCH])
        bare.append(COMPLAINTS / (time.process_time() - start))
    notes: dict[str, float | str] = {
        "batch": BATCH,
        "mean_characters": round(sum(len(t.text) for t in texts) / COMPLAINTS),
    }
    enough = "met" if max(ours) >= ENOUGH_PER_S else "MISSED"
    notes |= {"wanted_per_s": f"{ENOUGH_PER_S} {enough}", "processor_time": "of one core"}
    return [Result("placing", max(ours), max(bare), "complaints/s", None, notes)]


def _known() -> PlacementContext:
    registry = Registry()
    while facts := missing(registry, calendars(), AT):
        start = registry.version + 1
        registry = fold_registry(registry, [RecordedFact(fact, UUID(int=n), n) for n, fact in enumerate(facts, start)])
    return PlacementContext(MandateIndex(registry), reader(registry).with_model(default()[0]), {}, policies())


def _states() -> list[Complaint]:
    """Complaints of about two hundred characters; half of them give the place in words only."""
    generator = random.Random(4711)
    sentences = [each.text for each in own_examples()]
    return [_state(" ".join(generator.sample(sentences, 3)), number) for number in range(COMPLAINTS)]


def _state(text: str, number: int) -> Complaint:
    place = Place(region="32.73") if number % 2 else None
    said = text if number % 2 else f"{text} di Kota Surabaya"
    filed = ComplaintFiled(
        at=AT, received_at=AT, text=said, place=place, channel="web", public_number=f"SP-2026-{number:06d}-1"
    )
    return fold(new(UUID(int=number + 1)), [RecordedFact(filed, UUID(int=number + 1), 0)])
