"""Ids are derived, and codes catch what people mistype."""

from datetime import date
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import ids, streams, topics

SECRET = b"s" * 32
COMPLAINTS = st.uuids()


@given(COMPLAINTS)
def test_the_same_complaint_gets_the_same_code_in_every_process(complaint: UUID) -> None:
    code = ids.tracking_code(SECRET, complaint)
    assert [len(group) for group in code.split("-")] == [4, 5, 5]
    assert ids.parse_tracking_code(code) == code
    assert code != ids.tracking_code(b"t" * 32, complaint)


@given(COMPLAINTS)
def test_look_alike_letters_case_and_spaces_are_forgiven(complaint: UUID) -> None:
    code = ids.tracking_code(SECRET, complaint)
    sloppy = f"  {code.lower().replace('0', 'o').replace('1', 'l').replace('-', ' ')} "
    assert ids.parse_tracking_code(sloppy) == code


@given(COMPLAINTS, st.integers(0, 13), st.sampled_from(ids.CROCKFORD))
def test_every_single_wrong_letter_is_caught(complaint: UUID, index: int, letter: str) -> None:
    letters = list(ids.tracking_code(SECRET, complaint).replace("-", ""))
    if letters[index] == letter:
        return
    letters[index] = letter
    with pytest.raises(ids.MalformedCode, match="typing error"):
        ids.parse_tracking_code("".join(letters))


@pytest.mark.parametrize("text", ["", "7K3M", "7K3M-9QX2A-TB4C8-9", "7K3M-9QX2A-TB4C!"])
def test_what_cannot_be_a_code_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(ids.MalformedCode, match="14 characters"):
        ids.parse_tracking_code(text)


@given(st.integers(2024, 2099), st.integers(0, 10**9))
def test_a_public_number_comes_back(year: int, counter: int) -> None:
    number = ids.public_number(date(year, 1, 1), counter)
    assert ids.parse_public_number(f" {number.lower()} ") == number


@given(st.integers(0, 999_999), st.integers(0, 10), st.sampled_from("0123456789"))
def test_every_wrong_digit_of_a_public_number_is_caught(counter: int, index: int, digit: str) -> None:
    number = list(ids.public_number(date(2026, 1, 1), counter))
    place = [i for i, letter in enumerate(number) if letter.isdigit()][index]
    if number[place] == digit:
        return
    number[place] = digit
    with pytest.raises(ids.MalformedCode):
        ids.parse_public_number("".join(number))


def test_an_id_is_the_name_based_one_of_the_standard() -> None:
    assert ids.derived_id("receipt", "x") == uuid5(ids.NAMESPACE, "5:other7:receipt1:x")


def test_ids_differ_by_every_part_and_by_where_the_parts_are_cut() -> None:
    made = {
        ids.complaint_id("web", "ab", "c"),
        ids.complaint_id("web", "a", "bc"),
        ids.complaint_id("sms", "ab", "c"),
        ids.move_id(UUID(int=1), "a", "details", "k"),
        ids.event_id("complaint-x", UUID(int=1), "ComplaintFiled", 0),
        ids.event_id("complaint-x", UUID(int=1), "ComplaintFiled", 1),
        ids.person_id(UUID(int=1), "hash"),
        ids.part_id(UUID(int=1), UUID(int=2), 0),
        ids.derived_id("receipt", "x"),
    }
    assert len(made) == 9
    assert ids.complaint_id("web", "ab", "c") in made


def test_stream_names_lead_back_to_the_complaint() -> None:
    complaint = UUID(int=5)
    assert streams.complaint_id(streams.complaint_stream(complaint)) == complaint
    assert streams.complaint_id(streams.support_stream(complaint)) == complaint
    with pytest.raises(ValueError, match="registry"):
        streams.complaint_id(streams.REGISTRY)


def test_topic_names_lead_back_to_the_agency() -> None:
    assert topics.agency_of(topics.agency_inbox("kota-bandung")) == "kota-bandung"
    assert topics.agency_of(topics.agency_replies("kota-bandung")) == "kota-bandung"
    assert topics.dead_letter("router") == "dead-letter.router"
