"""Reading by a trained model: what goes on by itself, what a person reads, what a model file and its card hold."""

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


def guess(text: str) -> Prediction:
    found = default_reader().with_model(default()[0]).read(given(filed(text))).prediction
    assert found is not None
    return found


def small(label_of_roads: str = "roads") -> tuple[Model, Path | None]:
    examples = [Example(f"{text} {NAME} nomor {n}", label_of_roads) for n in range(6) for text in ROADS]
    examples += [Example(f"{text} nomor {n}", "waste") for n in range(6) for text in WASTE]
    return learn(examples, [own_source()], "test", date(2026, 11, 26), options=OPTIONS)[0], None


@pytest.mark.parametrize("text", ["tolong ditindak!!!", "Mohon segera ditindaklanjuti pak, terima kasih", "???", "tes"])
def test_a_text_without_any_clue_is_no_guess(text: str):
    reading = default_reader().with_model(default()[0]).read(given(filed(text, **HERE)))
    assert reading.words.sector is None


def test_the_model_that_ships_reads_informal_spelling():
    assert guess("pju dpn pasar mati total gelap bgt").sector == "street-lighting"
    assert guess("jln depan pasar rusakkk berlubang parah").sector == "roads"


def test_the_model_that_ships_is_right_about_nine_in_ten_texts_it_never_saw_and_sure_of_no_more_than_it_may():
    texts = own_texts()
    read_ = [guess(each.text) for each in texts]
    first = np.mean([one.sectors[0].sector == each.label for one, each in zip(read_, texts, strict=True)])
    sure = [one.sector == each.label for one, each in zip(read_, texts, strict=True) if one.sector is not None]
    assert first >= 0.75
    assert np.mean(sure) >= 0.95


def test_the_model_that_ships_was_made_of_the_sentences_that_ship():
    sources = default()[1].data["sources"]
    assert [each["digest"] for each in sources] == [own_source().digest]
    assert set(default()[0].labels) - {"?"} <= set(rule_data().sectors)


def test_a_text_is_read_the_same_alone_and_in_company():
    states = [given(filed(each.text, **HERE), id_=UUID(int=n)) for n, each in enumerate(own_texts(), 1)]
    alone = default_reader().with_model(default()[0])
    for one, many in zip([alone.read(state) for state in states], alone.read_many(states), strict=True):
        assert one._replace(prediction=None) == many._replace(prediction=None)
        assert one.prediction is not None
        assert many.prediction is not None
        assert [scored.score for scored in one.prediction.sectors] == pytest.approx(
            [scored.score for scored in many.prediction.sectors], abs=1e-5
        )


def test_who_names_a_ward_or_says_what_the_rules_do_not_is_read_by_a_person():
    reader = default_reader().with_model(default()[0])
    texts = ("Jalan berlubang di depan pasar", "Jalan berlubang di RT 03 depan pasar")
    assert [reader.read(given(filed(text, **HERE))).words.sector for text in texts] == ["roads", None]


async def test_without_a_clue_it_lies_at_the_desk_and_a_road_of_unsaid_level_with_the_city_until_one_return(
    land: Country,
):
    silent, road = UUID(int=31), UUID(int=32)
    await land.add(silent, filed("tolong ditindak!!!", **HERE))
    await land.add(road, filed("Jalan berlubang besar di depan pasar", **HERE))
    await land.react(silent, road)
    lies = await land.state(silent)
    assert lies.classified is not None
    assert (lies.status, lies.classified.alternatives) == (Status.TRIAGE, ())
    placed = await land.state(road)
    assert placed.agency == CITY
    assert placed.routed is not None
    assert [each.agency for each in placed.routed.alternatives] == [PROVINCE, "kemen-pu"]
    await land.add(road, returned(CITY, reason="Ini jalan provinsi."))
    await land.react(road)
    assert (await land.state(road)).agency == PROVINCE


def test_below_the_threshold_the_three_likeliest_are_named():
    words = (
        default_reader()
        .with_model(default()[0])
        .read(given(filed("Angkot ngetem, lampu lalu lintas mati", **HERE)))
        .words
    )
    assert words.sector is None
    assert {one.sector for one in words.alternatives[:2]} == {"traffic-parking", "transport"}


def test_a_question_and_a_wish_are_told_from_a_complaint():
    assert guess("bagaimana cara mengurus kartu keluarga baru").class_ == "information"
    assert guess("usul agar lampu jalan ditambah").class_ == "aspiration"
    assert guess("jalan rusak parah sudah setahun").class_ == "complaint"


def test_danger_to_life_is_urgent():
    assert guess("rumah terbakar ada orang terjebak tolong cepat").urgency > guess("lampu taman redup").urgency
    assert default_reader().with_model(default()[0]).read(given(filed("darurat ada korban luka parah terjebak"))).urgent


def test_words_of_a_reporter_are_never_told():
    model, _ = small()
    said = model.read(ModelInput(f"jalan rusak {NAME}"))
    assert said.sectors[0].sector == "roads"
    assert said.words
    assert NAME.lower() not in " ".join(said.words)


def test_a_model_is_the_same_after_it_was_written_and_read(tmp_path: Path):
    model, card = learn(
        [Example(f"{t} {n}", label) for n in range(6) for label, ts in (("roads", ROADS), ("waste", WASTE)) for t in ts],
        [own_source()], "test", date(2026, 11, 26), options=OPTIONS,
    )  # fmt: skip
    write(tmp_path / f"{card.version}.npz", model, card)
    again, told = read(tmp_path / f"{card.version}.npz")
    text = ModelInput("sampah di jalan berlubang", ("32.73",))
    assert again.read(text) == model.read(text)
    assert told == card
    assert find(tmp_path, card.version) is not None


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04 broken"])
def test_what_is_no_model_is_refused_by_name(tmp_path: Path, content: bytes):
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(BadModel, match=r"bad\.npz"):
        read(tmp_path / "bad.npz")


def test_rules_alone_is_a_choice_too(tmp_path: Path):
    assert find(tmp_path, "rules") is None


def test_switching_is_an_event_and_the_same_again_says_nothing():
    facts = switch_model(Registry(), "reading-1", T0)
    assert facts == [ModelSwitched(at=T0, model="reading-1")]
    assert switch_model(Registry(model="reading-1"), "reading-1", T0) == []


async def test_the_next_complaint_is_read_by_the_model_switched_to_and_its_reading_names_it(
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


async def test_a_model_that_is_not_there_stops_the_process_rather_than_letting_another_read(
    router: Router, land: Country, tmp_path: Path
):
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


def test_a_file_without_the_column_is_refused_with_the_columns_it_has(tmp_path: Path):
    (tmp_path / "a.csv").write_text("text,office\njalan rusak,pu\n")
    with pytest.raises(BadExamples, match=r"no column label \(it has text, office\)"):
        read_examples(tmp_path / "a.csv", ExampleColumns())


def test_the_threshold_is_the_lowest_from_which_enough_are_right():
    sure = np.linspace(0.99, 0.5, 100)
    wanted = ["a"] * 60 + ["b"] * 40
    judged = ScoredTexts(("a", "b"), np.stack([sure, 1 - sure], axis=1), tuple(wanted))
    threshold = threshold_for(judged, 0.95)
    share = (sure >= threshold).mean()
    assert share == pytest.approx(coverage_at(judged, 0.95))
    assert 0.6 <= share <= 0.64


def test_of_two_that_disagree_the_more_trusted_one_is_followed() -> None:
    said = [
        Example("karung basah di selokan", "waste", weight=1.0),
        Example("karung basah di selokan", "roads", weight=0.2),
    ]
    others = [Example("aspal bolong", "roads"), Example("tumpukan plastik", "waste")]
    trained, _ = learn(
        [*said * 6, *others * 6], [own_source()], "t", date(2026, 1, 1), options=TrainingOptions(lambda _: ())
    )
    assert trained.read(ModelInput("karung basah di selokan")).sectors[0].sector == "waste"
    turned = [each._replace(weight=1.2 - each.weight) for each in said]
    trained, _ = learn(
        [*turned * 6, *others * 6], [own_source()], "t", date(2026, 1, 1), options=TrainingOptions(lambda _: ())
    )
    assert trained.read(ModelInput("karung basah di selokan")).sectors[0].sector == "roads"


def test_for_another_place_our_sentences_teach_the_kinds_of_office_that_have_their_fields() -> None:
    known = [Example("got mampet", "pekerjaan-umum"), Example("antre di puskesmas", "kesehatan")]
    at_home, elsewhere = with_own(known), with_own(known, elsewhere=True)
    assert {each.label for each in at_home} == {"pekerjaan-umum", "kesehatan", "?", None}
    background_tasks = [
        each.label for each, own in zip(elsewhere[2:], own_examples(), strict=True) if own.label == "roads"
    ]
    assert set(background_tasks) == {"pekerjaan-umum"}
    assert sum(each.label == "kesehatan" for each in elsewhere) > 50
