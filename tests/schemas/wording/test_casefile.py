"""The case file fields that reporter, agency and triage desk share."""

from uuid import UUID

from schemas.events.intake import AttachmentAdded, DetailAdded
from schemas.wording import casefile
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
    assert casefile.attachment_fields(FILE)["name"] == "lampu.jpg"
