"""The tracking page says of every part, of a followed report and of a like one whose turn it is."""

from collections.abc import Mapping
from typing import Any

import pytest

from intake.pages.status import headline, parts, turn_of
from schemas.complaint.lifecycle import Status

PAGE: Mapping[str, Any] = {"holder_name": "Dinas A", "lead": None, "parts": [], "due": [], "answered_at": None}
PART: Mapping[str, Any] = {
    "holder_name": "Dinas B", "status": "in_progress", "status_text": "sedang dikerjakan", "question": None, "due": [],
}  # fmt: skip
DUE = {"state": "running"}


def translate(message: str, **values: Any) -> str:
    return message % values if values else message


@pytest.mark.parametrize(
    ("status", "turn"),
    [(Status.IN_PROGRESS, "Dinas A"), (Status.AWAITING_REPORTER, "pelapor laporan itu"),
     (Status.ANSWERED, "pelapor laporan itu"), (Status.CLOSED, None)],
)  # fmt: skip
def test_a_follower_is_told_whose_turn_it_is_with_the_followed_report(status: Status, turn: str | None) -> None:
    page = {**PAGE, "status": Status.JOINED, "lead": {"status": status.value}}
    assert headline(page, translate).turn == turn


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({}, "Giliran Dinas B: sedang dikerjakan."),
        ({"status": "awaiting_reporter", "question": "Di mana?"}, "Giliran Anda: Dinas B menunggu jawaban Anda."),
        ({"status": "closed", "status_text": "bagian ini sudah dijawab"}, "Bagian ini sudah dijawab."),
    ],
)
def test_a_part_says_whose_turn_it_is_and_by_when(part: Mapping[str, Any], sentence: str) -> None:
    page = {**PAGE, "parts": [{**PART, **part, "due": [{"state": "over"}, DUE]}]}
    assert parts(page, translate) == [(sentence, DUE)]


def test_nobody_acts_next_on_a_closed_report() -> None:
    assert turn_of(Status.CLOSED, "Dinas A", "pelapornya") is None
    assert turn_of(Status.ANSWERED, "Dinas A", "pelapornya") == "pelapornya"
    assert turn_of(Status.ROUTED, "Dinas A", "pelapornya") == "Dinas A"
