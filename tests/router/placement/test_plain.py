"""Plain texts: short ones that name field, level and place are placed with less certainty; all others as before."""

from pathlib import Path

import pytest

from router.placement.choose import Placement, Question, choose, question_of
from router.reading.classifier import ForwardingRule
from router.reading.model_files import default
from support.placing import T0, filed, given, nation

ROWS = [line.split("\t") for line in Path(__file__).with_name("plain.tsv").read_text(encoding="utf-8").splitlines()]
TEXTS = [(body, text) for body, text in ROWS if body != "-"]
NOT_PLAIN = [text for body, text in ROWS if body == "-"]


def asked(text: str, **more: object) -> Question:
    return question_of(given(filed(text, **more)), nation(), T0)


def body_of(question: Question) -> str | None:
    choice = choose(question, nation())
    return choice.body.agency if isinstance(choice, Placement) else None


def plainly(question: Question) -> bool:
    return question.reading.plain is not None and question.reading.words is question.reading.plain


def test_most_texts_that_name_field_level_and_place_reach_their_body_and_hardly_one_another():
    found = [(body_of(asked(text)), body) for body, text in TEXTS]
    right = sum(chosen == body for chosen, body in found)
    wrong = [pair for pair in found if pair[0] not in (None, pair[1])]
    assert len(found) > 150
    assert right >= 0.7 * len(found)
    assert wrong == []


def test_where_a_plain_text_goes_to_the_desk_its_body_is_nearly_always_the_first_candidate():
    at_desk = [(choose(question, nation()), body) for body, text in TEXTS if body_of(question := asked(text)) is None]
    first = [choice.candidates[0].agency == body for choice, body in at_desk if not isinstance(choice, Placement)]
    assert sum(first) >= 0.9 * len(first)


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_a_text_with_a_doubt_a_second_matter_or_a_second_place_is_not_plain(text: str):
    assert not plainly(asked(text))


PLAIN = "Lampu jalan kabupaten mati di Kecamatan Bulakamba, Kabupaten Brebes"


def test_a_district_that_is_named_with_its_regency_does_not_keep_a_plain_text_from_its_body():
    assert plainly(asked(PLAIN))
    assert body_of(asked(PLAIN)) == "kabupaten-brebes"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("Kecamatan Bulakamba, Kabupaten Brebes", "depan rumah"),  # no place
        PLAIN.replace("kabupaten mati", "mati"),  # no level
        PLAIN.replace("Kecamatan", "Desa"),  # a village, whose office may answer
        f"{PLAIN}, sudah dilaporkan ke petugas",
        f"Menurut UU 22/2009 {PLAIN}",
        f"{PLAIN}. Sampah juga menumpuk",
        f"{PLAIN}, dekat batas Kabupaten Tegal",
        f"{PLAIN}. " + "Mohon segera ditindak. " * 8,
        PLAIN.replace("mati", "mati, petugas minta uang"),
    ],
)
def test_each_thing_that_is_missing_or_too_much_takes_a_text_out(text: str):
    assert not plainly(asked(text))


@pytest.mark.parametrize(
    ("rule", "placed"),
    [
        (
            ForwardingRule(0.9),
            (False, True),
        ),  # an operator's own: its threshold, and plain texts of what it never learned
        (ForwardingRule(1.01), (False, False)),  # not checked on local labels: forwards nothing
    ],
)
def test_for_an_operators_model_only_fields_that_it_never_learned_are_plain(
    rule: ForwardingRule, placed: tuple[bool, bool]
):
    context = nation()._replace(reader=nation().reader.with_model(default()[0].with_rule(rule)))
    learned, unlearned = PLAIN, "Jadwal sidang di Pengadilan Negeri Kota Medan diundur terus"
    readings = [question_of(given(filed(text)), context, T0).reading for text in (learned, unlearned)]
    assert tuple(each.plain is not None and each.words is each.plain for each in readings) == placed


def test_a_field_that_no_model_learned_goes_to_the_desk_in_a_long_text_with_its_body_first():
    text = "Jadwal sidang di Pengadilan Negeri Kota Medan diundur terus. " + "Kami sudah datang berkali kali. " * 5
    choice = choose(asked(text), nation())
    assert not isinstance(choice, Placement)
    assert choice.candidates[0].agency == "mahkamah-agung"


def test_a_level_that_has_no_body_for_the_field_leaves_the_text_to_the_desk():
    assert plainly(asked("Tagihan PBB dobel di Kabupaten Bantul"))
    assert not plainly(asked("Tagihan PBB aset pusat dobel di Kabupaten Bantul"))


def test_the_place_of_a_plain_text_stands_in_its_words_and_not_in_a_code_alone():
    assert not plainly(asked("Lampu jalan kabupaten mati dekat kecamatan", place={"region": "33.29"}))


@pytest.mark.parametrize(
    "text",
    [
        "Dokter puskesmas di Kabupaten Muna tidak ada",  # the counter may be the insurer's
        "Kartu KIS saya nonaktif di Kabupaten Tuban",
        "Pedagang kaki lima menutup trotoar di Kota Tegal",
        "KTP belum jadi di Kecamatan Ambulu, Kabupaten Jember",  # the district's counter
    ],
)
def test_fields_that_two_offices_share_are_never_plain(text: str):
    assert not plainly(asked(text))
