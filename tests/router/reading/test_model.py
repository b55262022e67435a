"""Reading by a trained model: what is forwarded automatically, what a person reads, what a model file holds."""

import json
from datetime import date
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from chassis.react.reaction import StopProcess
from router.context import Router
from router.learning.examples import BadExamples, Example, ExampleColumns, read_examples
from router.learning.experiments import own_texts
from router.learning.metrics import ScoredTexts, coverage_at, threshold_for
from router.learning.train import learn, own_examples, own_source, with_own
from router.learning.training import TrainingOptions
from router.lexicon.files import rule_data
from router.reading.classifier import Model, Prediction
from router.reading.features import ModelInput
from router.reading.model_files import BadModel, default, find, read, write
from router.reading.reader import default_reader
from router.registry.decide import switch_model
from schemas.complaint.lifecycle import Status
from schemas.events.registry import ModelSwitched
from schemas.registry.fold import Registry
from support.placing import CITY, HERE, PROVINCE, T0, Country, filed, given, returned

ROADS = ["jalan rusak berlubang dekat pasar", "aspal jalan hancur", "lubang di jalan raya", "jalan ambles parah"]
WASTE = ["sampah menumpuk bau", "truk sampah tidak datang", "bak sampah penuh sekali", "sampah dibakar tetangga"]
NAME = "Sastrowardoyo"
OPTIONS = TrainingOptions(lambda text: (), seen=1, folds=2)


def predict(text: str) -> Prediction:
    found = default_reader().with_model(default()[0]).read(given(filed(text))).prediction
    assert found is not None
    return found


def small(label_of_roads: str = "roads") -> tuple[Model, Path | None]:
    examples = [Example(f"{text} {NAME} nomor {n}", label_of_roads) for n in range(12) for text in ROADS]
    examples += [Example(f"{text} nomor {n}", "waste") for n in range(12) for text in WASTE]
    return learn(examples, [own_source()], "test", date(2026, 11, 26), options=OPTIONS)[0], None


@pytest.mark.parametrize("text", ["tolong ditindak!!!", "Mohon segera ditindaklanjuti pak, terima kasih", "???", "tes"])
def test_a_text_that_names_no_sector_gets_none(text: str):
    reading = default_reader().with_model(default()[0]).read(given(filed(text, **HERE)))
    assert reading.words.sector is None


def test_the_default_model_reads_informal_spelling():
    assert predict("pju dpn pasar mati total gelap bgt").sector == "street-lighting"
    assert predict("jln depan pasar rusakkk berlubang parah").sector == "roads"


def test_the_default_model_is_right_on_three_in_four_unseen_texts_and_on_95_percent_of_those_it_forwards():
    texts = own_texts()
    predictions = [predict(each.text) for each in texts]
    first = np.mean([one.sectors[0].sector == each.label for one, each in zip(predictions, texts, strict=True)])
    forwarded = [
        one.sector == each.label for one, each in zip(predictions, texts, strict=True) if one.sector is not None
    ]
    assert first >= 0.75
    assert np.mean(forwarded) >= 0.95


def test_the_default_model_was_trained_on_the_shipped_sentences():
    sources = default()[1].data["sources"]
    assert [each["digest"] for each in sources] == [own_source().digest]
    assert set(default()[0].labels) - {"?"} <= set(rule_data().sectors)


def test_a_text_is_read_the_same_alone_and_in_a_batch():
    states = [given(filed(each.text, **HERE), id_=UUID(int=n)) for n, each in enumerate(own_texts(), 1)]
    alone = default_reader().with_model(default()[0])
    for one, many in zip([alone.read(state) for state in states], alone.read_many(states), strict=True):
        assert one._replace(prediction=None) == many._replace(prediction=None)
        assert one.prediction is not None
        assert many.prediction is not None
        assert [scored.score for scored in one.prediction.sectors] == pytest.approx(
            [scored.score for scored in many.prediction.sectors], abs=1e-5
        )


def test_a_text_that_names_a_ward_is_read_by_a_person():
    reader = default_reader().with_model(default()[0])
    texts = ("Jalan berlubang di depan pasar", "Jalan berlubang di RT 03 depan pasar")
    assert [reader.read(given(filed(text, **HERE))).words.sector for text in texts] == ["roads", None]


async def test_an_unclear_text_goes_to_the_desk_and_a_road_of_unknown_level_to_the_city_until_it_is_returned(
    land: Country,
):
    unclear, road = UUID(int=31), UUID(int=32)
    await land.add(unclear, filed("tolong ditindak!!!", **HERE))
    await land.add(road, filed("Jalan berlubang besar di depan pasar", **HERE))
    await land.react(unclear, road)
    at_desk = await land.state(unclear)
    assert at_desk.classified is not None
    assert (at_desk.status, at_desk.classified.alternatives) == (Status.TRIAGE, ())
    placed = await land.state(road)
    assert placed.agency == CITY
    assert placed.routed is not None
    assert [each.agency for each in placed.routed.alternatives] == [PROVINCE, "kemen-pu"]
    await land.add(road, returned(CITY, reason="Ini jalan provinsi."))
    await land.react(road)
    assert (await land.state(road)).agency == PROVINCE


def test_below_the_threshold_the_likeliest_sectors_are_named():
    words = (
        default_reader()
        .with_model(default()[0])
        .read(given(filed("Angkot ngetem, lampu lalu lintas mati", **HERE)))
        .words
    )
    assert words.sector is None
    assert {one.sector for one in words.alternatives[:2]} == {"traffic-parking", "transport"}


def test_questions_and_wishes_are_distinguished_from_complaints():
    assert predict("bagaimana cara mengurus kartu keluarga baru").class_ == "information"
    assert predict("usul agar lampu jalan ditambah").class_ == "aspiration"
    assert predict("jalan rusak parah sudah setahun").class_ == "complaint"


def test_danger_to_life_is_urgent():
    assert predict("rumah terbakar ada orang terjebak tolong cepat").urgency > predict("lampu taman redup").urgency
    assert default_reader().with_model(default()[0]).read(given(filed("darurat ada korban luka parah terjebak"))).urgent


def test_words_of_a_reporter_are_never_shown():
    model, _ = small()
    prediction = model.read(ModelInput(f"jalan rusak {NAME}"))
    assert prediction.sectors[0].sector == "roads"
    assert prediction.words
    assert NAME.lower() not in " ".join(prediction.words)


def test_a_model_is_the_same_after_writing_and_reading(tmp_path: Path):
    model, card = learn(
        [Example(f"{t} {n}", label) for n in range(6) for label, ts in (("roads", ROADS), ("waste", WASTE)) for t in ts],
        [own_source()], "test", date(2026, 11, 26), options=OPTIONS,
    )  # fmt: skip
    write(tmp_path / f"{card.version}.npz", model, card)
    again, card_again = read(tmp_path / f"{card.version}.npz")
    text = ModelInput("sampah di jalan berlubang", ("32.73",))
    assert again.read(text) == model.read(text)
    assert card_again == card
    assert find(tmp_path, card.version) is not None


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_model_is_refused_by_name(tmp_path: Path, content: bytes):
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(BadModel, match=r"bad\.npz"):
        read(tmp_path / "bad.npz")


def test_rules_stands_for_no_model(tmp_path: Path):
    assert find(tmp_path, "rules") is None


def test_switching_is_an_event_and_repeating_it_is_none():
    facts = switch_model(Registry(), "reading-1", T0)
    assert facts == [ModelSwitched(at=T0, model="reading-1")]
    assert switch_model(Registry(model="reading-1"), "reading-1", T0) == []


async def test_after_a_switch_the_next_complaint_is_read_by_the_new_model_and_records_it(
    router: Router, land: Country, tmp_path: Path
):
    router.placement_context.models = tmp_path
    await land.add(UUID(int=21), filed(**HERE))
    await land.react(UUID(int=21))
    before = (await land.state(UUID(int=21))).classified
    await land.decree(ModelSwitched(at=T0, model="rules"))
    await land.add(UUID(int=22), filed(**HERE))
    await land.react(UUID(int=22))
    after = (await land.state(UUID(int=22))).classified
    assert before is not None
    assert after is not None
    assert (before.basis.model, after.basis.model) == (default()[1].version, None)


async def test_a_missing_model_stops_the_process(router: Router, land: Country, tmp_path: Path):
    router.placement_context.models = tmp_path
    await land.decree(ModelSwitched(at=T0, model="reading-lost"))
    await land.add(UUID(int=23), filed(**HERE))
    loaded = [await router.repository.load(UUID(int=23))]
    with pytest.raises(StopProcess, match="reading-lost"):
        await router.reaction(loaded)


def test_examples_are_read_from_csv_and_json_lines_alike(tmp_path: Path):
    table, lines = tmp_path / "a.csv", tmp_path / "a.jsonl"
    table.write_text("judul,isi,bidang,kelas\nJalan,rusak,roads,Pengaduan Berkadar Pengawasan\n,,waste,\n")
    lines.write_text(json.dumps({"judul": "Jalan", "isi": "rusak", "bidang": "roads", "kelas": "Aspirasi"}) + "\n")
    columns = ExampleColumns(("judul", "isi"), "bidang", kind="kelas")
    (from_table,), (from_lines,) = read_examples(table, columns), read_examples(lines, columns)
    assert (from_table.text, from_table.label, from_table.supervision) == ("Jalan\nrusak", "roads", True)
    assert from_lines.kind == "aspiration"


def test_a_file_without_the_column_is_refused_with_its_columns_listed(tmp_path: Path):
    (tmp_path / "a.csv").write_text("text,office\njalan rusak,pu\n")
    with pytest.raises(BadExamples, match=r"no column label \(it has text, office\)"):
        read_examples(tmp_path / "a.csv", ExampleColumns())


def test_the_threshold_is_the_lowest_from_which_enough_texts_are_surely_correct():
    confidence = np.linspace(0.99, 0.5, 100)
    expected = ["a"] * 60 + ["b"] * 40
    scored = ScoredTexts(("a", "b"), np.stack([confidence, 1 - confidence], axis=1), tuple(expected))
    threshold = threshold_for(scored.confidence, scored.correct, 0.95)
    assert coverage_at(scored, 0.95) == pytest.approx(0.63)
    assert (confidence >= threshold).mean() == pytest.approx(0.6)  # 60 of 63 right may be luck
    assert threshold_for(scored.confidence[:50], scored.correct[:50], 0.95) > 1  # so may 50 of 50
    alike = np.full(100, 0.9)  # all are forwarded or none, whichever stands first
    assert threshold_for(alike, np.array([True] * 70 + [False] * 30), 0.95) > 1


def test_of_two_contradicting_examples_the_one_with_more_weight_decides() -> None:
    contradicting = [
        Example("karung basah di selokan", "waste", weight=1.0),
        Example("karung basah di selokan", "roads", weight=0.2),
    ]
    others = [Example("aspal bolong", "roads"), Example("tumpukan plastik", "waste")]
    trained, _ = learn(
        [*contradicting * 6, *others * 6], [own_source()], "t", date(2026, 1, 1), options=TrainingOptions(lambda _: ())
    )
    assert trained.read(ModelInput("karung basah di selokan")).sectors[0].sector == "waste"
    reversed_ = [each._replace(weight=1.2 - each.weight) for each in contradicting]
    trained, _ = learn(
        [*reversed_ * 6, *others * 6], [own_source()], "t", date(2026, 1, 1), options=TrainingOptions(lambda _: ())
    )
    assert trained.read(ModelInput("karung basah di selokan")).sectors[0].sector == "roads"


def test_for_another_place_own_sentences_are_labelled_with_the_office_of_their_sector() -> None:
    known = [Example("got mampet", "pekerjaan-umum"), Example("antre di puskesmas", "kesehatan")]
    at_home, elsewhere = with_own(known), with_own(known, elsewhere=True)
    assert {each.label for each in at_home} == {"pekerjaan-umum", "kesehatan", "?", None}
    for_roads = [each.label for each, own in zip(elsewhere[2:], own_examples(), strict=True) if own.label == "roads"]
    assert set(for_roads) == {"pekerjaan-umum"}
    assert sum(each.label == "kesehatan" for each in elsewhere) > 50
