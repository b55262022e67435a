"""The case file fields that reporter, agency and triage desk share."""

from typing import Any
from uuid import UUID

import pytest

from schemas.base.refusals import FileWaiting, FileWithheld, NotFound
from schemas.base.sealed import ERASED
from schemas.complaint.attachments import FileState, attached, attached_as
from schemas.events.intake import AttachmentAdded, AttachmentChecked, DetailAdded
from schemas.wording import casefile
from schemas.wording.refusals import refusal
from support.given import NOON, filed, given, routed, told
from support.nation import registry

NATION = registry()
FILE = AttachmentAdded(at=NOON, attachment=UUID(int=5), media_type="image/jpeg", size_bytes=9, name="lampu.jpg")
HISTORY = [filed(person=UUID(int=3)), routed(), DetailAdded(at=NOON, text="di depan pasar"), FILE]


def test_the_holder_and_the_status_are_told_for_programs_and_for_people() -> None:
    fields = casefile.holder_fields(given(*HISTORY), NATION, "en")
    assert (fields["holder"], fields["status"], fields["version"]) == ("agency:city", "routed", 3)
    assert fields["status_text"] == "forwarded, waiting for the agency to begin"


def test_the_content_never_names_the_reporter() -> None:
    fields = casefile.content_fields(given(*HISTORY))
    assert [detail["text"] for detail in fields["details"]] == ["di depan pasar"]
    assert "person" not in fields
    assert str(UUID(int=3)) not in str(fields)


def test_each_event_and_each_file_is_listed() -> None:
    timeline = casefile.timeline(told(*HISTORY), NATION, "id")
    assert [(row["version"], row["type"]) for row in timeline][-1] == (3, "AttachmentAdded")
    assert all(row["sentence"].endswith(".") for row in timeline)
    [one] = attached(HISTORY, scans=False)
    assert (casefile.attachment_fields(one)["name"], casefile.attachment_fields(one)["state"]) == (
        "lampu.jpg",
        "waiting",
    )


def checked(outcome: Any, media_type: str = "image/jpeg") -> AttachmentChecked:
    return AttachmentChecked(
        at=NOON, attachment=FILE.attachment, outcome=outcome, media_type=media_type, size_bytes=7, scanned=True
    )


def test_the_holder_reads_of_a_file_what_the_holder_opens() -> None:
    sent = FILE.model_copy(update={"media_type": "image/heic", "name": "Kenari di rumah.heic"})
    [one] = attached([sent, checked("cleaned")], scans=False)
    shown = casefile.holders_attachment(one, anonymous=False)
    assert (shown["name"], shown["media_type"], shown["size_bytes"]) == ("Kenari di rumah.jpg", "image/jpeg", 7)
    assert casefile.holders_attachment(one, anonymous=True)["name"] == "lampiran-1.jpg"
    assert casefile.attachment_fields(one)["name"] == "Kenari di rumah.heic", "the reporter's own page"


def test_the_name_of_a_file_without_a_name_or_of_an_erased_one_is_neutral() -> None:
    for name in (None, ERASED):
        [one] = attached([FILE.model_copy(update={"name": name})], scans=False)
        assert casefile.file_name(one, anonymous=False) == "lampiran-1.jpg"


@pytest.mark.parametrize("outcome", ["withheld", "infected"])
def test_what_is_kept_back_is_opened_by_no_holder(outcome: str) -> None:
    [one] = attached([FILE, checked(outcome)], scans=False)
    with pytest.raises(FileWithheld) as refused:
        one.opened_by_holder()
    assert refused.value.data["why"] == outcome
    for lang in ("id", "en"):
        assert outcome not in refusal(refused.value, lang)


def test_what_waits_is_opened_by_no_holder_and_a_later_check_counts() -> None:
    with pytest.raises(FileWaiting):
        attached([FILE], scans=False)[0].opened_by_holder()
    [one] = attached([FILE, checked("original"), checked("infected")], scans=False)
    assert one.state is FileState.INFECTED
    with pytest.raises(NotFound):
        attached_as([FILE], UUID(int=6), scans=False)


def test_every_outcome_of_a_check_has_its_sentence() -> None:
    sentences = {
        casefile.timeline(told(*HISTORY, checked(outcome)), NATION, lang)[-1]["sentence"]
        for outcome in ("cleaned", "original", "withheld", "infected")
        for lang in ("id", "en")
    }
    assert len(sentences) == 8


def test_a_file_waits_until_it_is_checked_even_after_the_end() -> None:
    state = given(*HISTORY)
    assert state.unchecked == {FILE.attachment: FILE.at}
    assert given(*HISTORY, checked("cleaned")).unchecked == {}
    assert given(*HISTORY, checked("cleaned")).moves == state.moves, "it is no request of the reporter"
