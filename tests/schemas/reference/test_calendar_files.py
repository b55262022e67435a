"""An invalid shipped calendar is refused with its file name."""

from pathlib import Path

import pytest

from schemas.reference import load
from schemas.reference.calendar_file import BadCalendar


def test_a_shipped_calendar_that_is_invalid_is_refused_by_its_file_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "national-2030.json").write_text("{}")
    monkeypatch.setattr(load, "calendars_folder", lambda: tmp_path)
    with pytest.raises(BadCalendar, match=r"national-2030\.json: calendar is required"):
        load.calendars.__wrapped__()
