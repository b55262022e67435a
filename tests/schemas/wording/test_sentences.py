"""Every event, refusal, status and holder has wording in Indonesian and English."""

from datetime import timedelta
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest

from router.lexicon.files import rule_data
from schemas.base import refusals
from schemas.base.refusals import NotTheHolder, Refusal
from schemas.base.sealed import ERASED
from schemas.base.values import ARBITER, DESK, LEAD, NOBODY, ROUTER, Candidate, Clock, Holder, HolderKind
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.events import BY_NAME
from schemas.events.agency_inbox import ComplaintReturned, ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated, DueDateMoved, ReminderSent
from schemas.events.intake import DetailAdded, ResolutionConfirmed
from schemas.events.router import ComplaintClassified, ComplaintReferred, ComplaintSplit, Part
from schemas.registry.fold import Registry
from schemas.wording import channel, holder, moment, refusal, sentence, status
from schemas.wording.names import held_by
from schemas.wording.precedents import decision
from schemas.wording.refusals import REFUSALS
from schemas.wording.sectors import SECTORS
from schemas.wording.words import SENTENCES, VARIANT
from support.given import BASIS, NOON, filed, given, routed, told
from support.golden import EVENT_FILES, fact
from support.nation import registry, wib

NATION = registry()
LANGUAGES = ["id", "en"]
ALL_REFUSALS = [kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, Refusal)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", EVENT_FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_example_reads_as_a_sentence_and_the_public_sees_no_more_than_the_reporter(path: Path, lang: str) -> None:
    said = fact(path.parts[-3], int(path.stem))
    own, public = sentence(said, NATION, lang), sentence(said, NATION, lang, public=True)
    assert own[0].isupper() or own[0].isdigit()
    assert own.endswith((".", ".”", "?”"))
    assert ".”." not in own
    assert "{" not in own
    assert len(public) <= len(own)


def test_every_variant_of_every_fact_has_words_in_both_languages() -> None:
    expected = set[object]()
    for model in BY_NAME.values():
        if model in VARIANT:
            expected |= {(model, value) for value in get_args(model.model_fields[VARIANT[model]].annotation)}
        else:
            expected.add(model)
    assert expected == set(SENTENCES)
    assert all(set(words) == {"id", "en"} for words in SENTENCES.values())


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Tiang 17", ": “Tiang 17”."),
        ("Tiang 17.", ": “Tiang 17.”"),
        ("Tiang 17!", ": “Tiang 17!”"),
        ("Tiang 17?\n", ": “Tiang 17?”"),
        ("Di “pasar”.”.", ": “Di “pasar”.”.”"),
        ("{said}.", ": “{said}.”"),
    ],
)
def test_quoted_words_that_end_a_sentence_get_no_second_full_stop(text: str, end: str) -> None:
    for lang in LANGUAGES:
        assert sentence(DetailAdded(at=NOON, text=text), NATION, lang).endswith(end)


def test_the_reporter_reads_the_answer_and_so_does_the_public() -> None:
    answer = ResponseGiven(at=NOON, agency="city", text="Lampu sudah diganti.")
    assert sentence(answer, NATION, public=True) == "Badan City memberikan jawaban: “Lampu sudah diganti.”"


def test_the_public_reads_neither_the_reporter_s_words_nor_the_grade() -> None:
    detail = DetailAdded(at=NOON, text="rumah saya nomor 7")
    assert sentence(detail, NATION, public=True) == "Pelapor menambahkan keterangan."
    grade = ComplaintClassified.model_validate({"at": NOON, "class": "complaint", "supervision": True, "basis": BASIS})
    assert "pengawasan" in sentence(grade, NATION)
    assert "pengawasan" not in sentence(grade, NATION, public=True)


def test_an_erased_text_says_so_instead_of_being_quoted() -> None:
    assert sentence(DetailAdded(at=NOON, text=ERASED), NATION) == "Pelapor menambahkan keterangan (teks sudah dihapus)."


def test_braces_in_a_text_are_only_text() -> None:
    assert "{agency}" in sentence(DetailAdded(at=NOON, text="{agency}"), NATION)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (routed("city", unit="pu"), "Laporan diteruskan kepada pu, Badan City sesuai kewenangannya."),
        (routed("never-heard-of"), "Laporan diteruskan kepada never-heard-of sesuai kewenangannya."),
        (routed("never-heard-of", unit="pu"), "Laporan diteruskan kepada pu, never-heard-of sesuai kewenangannya."),
        (ResolutionConfirmed(at=NOON), "Pelapor menyatakan masalahnya sudah selesai."),
        (ComplaintReturned(at=NOON, agency="city", reason="x", suggested="water"),
         "Badan City mengembalikan laporan karena bukan wewenangnya dan menyarankan Badan Water: “x”."),
        (ComplaintSplit(at=NOON, parts=(Part(id=UUID(int=1), agency="city"), Part(id=UUID(int=2), agency="water"))),
         "Laporan dibagi kepada Badan City, Badan Water; satu jawaban bersama akan diberikan."),
        (ReminderSent(at=NOON, clock=Clock.TRIAGE, started_version=1, due_at=NOON),
         "Petugas pemilah nasional diingatkan bahwa batas waktu pemilahan oleh petugas adalah 14 April 2026 pukul 12.00 WIB."),
        (ReminderSent(at=NOON, clock=Clock.ARBITRATION, started_version=1, due_at=NOON),
         "Ombudsman diingatkan bahwa batas waktu putusan Ombudsman adalah 14 April 2026 pukul 12.00 WIB."),
    ],
)  # fmt: skip
def test_names_are_those_of_the_registry(said: Fact, words: str) -> None:
    assert sentence(said, NATION) == words


def test_a_date_is_told_in_the_zone_of_the_body_it_binds() -> None:
    said = ReminderSent(at=NOON, clock=Clock.SETTLE, started_version=0, due_at=NOON, agency="water")
    assert "14 April 2026 pukul 14.00 WIT" in sentence(said, NATION)
    late = said.model_copy(update={"at": NOON + timedelta(days=3)})
    assert "the date for settling the report was 14 April 2026 at 14:00 WIT" in sentence(late, NATION, "en")
    moved = DueDateMoved(
        at=NOON, clock=Clock.SETTLE, started_version=0, due_before_at=NOON, due_at=NOON, calendar="x", agency="water"
    )
    assert sentence(moved, NATION).count("14 April 2026 pukul 14.00 WIT") == 2


@pytest.mark.parametrize(
    ("rung", "repetition", "lang", "words"),
    [
        (1, 0, "id", "Karena batas waktu penyelesaian laporan terlewati, laporan ini dinaikkan kepada kepala unit."),
        (1, 0, "en", "Because the date for settling the report has passed, the report was raised to the head of the unit."),
        (4, 2, "en", "The date for settling the report is still missed, the report stays on the public list of ignored reports (time 3)."),
    ],
)  # fmt: skip
def test_each_climb_says_which_date_it_is_about_and_which_time_it_is(
    rung: int, repetition: int, lang: str, words: str
) -> None:
    climbed = {"clock": Clock.SETTLE, "started_version": 0, "rung": rung, "repetition": repetition}
    assert sentence(ComplaintEscalated.model_validate({"at": NOON} | climbed), NATION, lang) == words


@pytest.mark.parametrize("kind", ALL_REFUSALS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_refusal_has_a_sentence_of_its_own_with_or_without_details(kind: type[Refusal], lang: str) -> None:
    assert kind.code() in REFUSALS
    bare = refusal(kind(), lang)
    assert bare.endswith(".")
    assert "{" not in bare


def test_a_refusal_tells_its_details_in_words() -> None:
    no = refusals.WrongStatus(status="answered", action="ComplaintReturned")
    assert (
        refusal(no) == "Saat ini tidak dapat mengembalikan laporan: laporan sudah dijawab, menunggu tanggapan pelapor."
    )
    assert refusal(refusals.NotTheHolder(holder="agency:city"), "en").startswith("This report is now held by city,")
    assert "Ombudsman" in refusal(refusals.NotTheHolder(holder="arbiter"))
    waits = refusals.PartsOpen(parts=[1, 2], bodies=["Dinas PU, Kota Bandung", "PLN"])
    assert refusal(waits, "en").endswith("the mandatory parts for Dinas PU, Kota Bandung; PLN are not closed yet.")
    assert refusal(refusals.AlreadyClosed(reason="withdrawn"), "en") == "This report is already closed (withdrawn)."


def test_a_refusal_that_nobody_worded_yet_still_answers() -> None:
    class Unworded(Refusal):
        """New."""

    assert refusal(Unworded()) == REFUSALS["refusal"]["id"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_status_ending_and_holder_has_words(lang: str) -> None:
    assert all(status(value, lang) for value in Status)
    assert all(status(Status.CLOSED, lang, reason) for reason in CloseReason)
    assert all(holder(Holder(kind), NATION, lang) for kind in HolderKind)


def test_a_holder_is_called_by_its_name() -> None:
    assert holder(Holder(HolderKind.AGENCY, "city", "pu"), NATION) == "pu, Badan City"
    assert (holder(DESK, NATION), holder(ARBITER, NATION, "en")) == ("petugas pemilah nasional", "the Ombudsman")


def test_moments_are_written_as_people_write_them() -> None:
    at = wib("2026-04-14 09:05")
    assert moment(at) == "14 April 2026 pukul 09.05 WIB"
    assert moment(at, "Asia/Makassar", "en") == "14 April 2026 at 10:05 WITA"
    assert moment(at, "UTC") == "14 April 2026 pukul 02.05 UTC"


def test_channels_have_names_and_an_unknown_one_its_own() -> None:
    assert (channel("email"), channel("email", "en"), channel("pigeon")) == ("surel", "e-mail", "pigeon")


WHY = BASIS.model_copy(
    update={
        "sector": "street-lighting", "score": 0.97, "words": ("lampu jalan",), "region": "32.73", "region_from": "code",
        "model": "reading-1",
    }
)  # fmt: skip


def test_the_place_of_a_placing_is_told_by_its_name() -> None:
    basis = WHY.model_copy(update={"region": "32.73.02", "region_name": "Coblong, Kota Bandung"})
    assert "wilayah Coblong, Kota Bandung (32.73.02) menurut" in sentence(routed("city", basis=basis), NATION)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("id", ["bidang penerangan jalan", "keyakinan 97%", "“lampu jalan”", "wilayah 32.73 menurut kode wilayah"]),
        ("en", ["about street lighting", "97% sure", "“lampu jalan”", "region 32.73 by the region code"]),
    ],
)
@pytest.mark.parametrize("cause", ["mandate", "suggestion", "precedent"])
def test_a_placing_says_why_in_the_language_of_whoever_reads_it(cause: str, lang: str, told: list[str]) -> None:
    said = sentence(routed("city", cause=cause, basis=WHY), NATION, lang)
    assert all(part in said for part in [*told, "model reading-1"])
    assert "street-lighting" not in said


OTHERS = (
    Candidate(agency="city", unit=None, score=0.31, reason="sector"),
    Candidate(agency="no-body-of-ours", unit=None, score=0.2, reason="sector"),
)


@pytest.mark.parametrize(("lang", "words"), [("id", "pilihan lain: "), ("en", "also possible: ")])
def test_a_placing_names_who_else_could_have_had_it_and_how_well_each_fits(lang: str, words: str) -> None:
    said = sentence(routed("city", basis=WHY, alternatives=OTHERS), NATION, lang)
    assert said.partition(words)[2].startswith(f"{NATION.agencies['city'].name} 31%, no-body-of-ours 20%")
    assert words not in sentence(routed("city", basis=WHY), NATION, lang)


@pytest.mark.parametrize(("lang", "words"), [("id", "kemungkinan: "), ("en", "candidates: ")])
def test_whoever_waits_at_the_desk_is_told_who_is_in_question_and_the_public_is_not(lang: str, words: str) -> None:
    doubt = ComplaintReferred(at=NOON, reason="no_sector", candidates=OTHERS)
    assert f"{words}{NATION.agencies['city'].name} 31%" in sentence(doubt, NATION, lang)
    assert words not in sentence(doubt, NATION, lang, public=True)
    assert words not in sentence(doubt.model_copy(update={"candidates": ()}), NATION, lang)


def test_a_placing_tells_as_much_of_its_reading_as_there_was() -> None:
    words_alone = BASIS.model_copy(update={"words": ("lampu jalan",)})
    assert "(by the words “lampu jalan”)" in sentence(routed("city", basis=words_alone), NATION, "en")
    sector_alone = BASIS.model_copy(update={"sector": "street-lighting"})
    assert "(about street lighting)" in sentence(routed("city", basis=sector_alone), NATION, "en")
    assert "(" not in sentence(routed("city", basis=BASIS), NATION, "en")


def test_a_climb_from_before_clocks_were_recorded_says_that_it_is_late_and_not_what_is() -> None:
    old = ComplaintEscalated(at=NOON, rung=2)
    assert sentence(old, NATION, "en").startswith("Because it is late, the report was raised to ")
    assert sentence(old, NATION).startswith("Karena terlambat, laporan ini dinaikkan kepada ")


def test_what_nobody_has_decided_tells_no_decision() -> None:
    told_of = told(filed(), routed("city"))
    assert decision(given(filed(), routed("city")), told_of, NATION, "en") is None


def test_a_field_that_is_not_listed_is_told_by_its_id() -> None:
    basis = WHY.model_copy(update={"sector": "space-travel"})
    assert "bidang space travel" in sentence(routed("city", basis=basis), NATION)


def test_every_field_that_bodies_have_by_law_has_a_name_in_both_languages() -> None:
    assert set(rule_data().sectors) <= set(SECTORS)


@pytest.mark.parametrize(("holder", "words"), [
    (ROUTER, "penempatan otomatis Satupintu"), (DESK, "petugas pemilah nasional"), (ARBITER, "Ombudsman"),
    (LEAD, "pemegang laporan utama"), (NOBODY, "tidak ada"), (Holder(HolderKind.AGENCY, "gone"), "gone"),
])  # fmt: skip
def test_a_refusal_names_a_holder_that_is_no_agency(holder: Holder, words: str) -> None:
    for lang in ("id", "en"):
        assert "None" not in refusal(NotTheHolder(**held_by(holder, Registry())), lang)
    assert words in refusal(NotTheHolder(**held_by(holder, Registry())), "id")


@pytest.mark.parametrize("kind", Refusal.__subclasses__())
def test_a_detail_that_is_not_there_is_never_told_as_none(kind: type[Refusal]) -> None:
    names = ("holder", "holder_name", "field", "why", "agency", "unit", "status", "action", "reason", "bodies", "limit")
    for lang in ("id", "en"):
        assert "None" not in refusal(kind(**dict.fromkeys(names)), lang)
