"""Public numbers and times of day stay on one line wherever they are shown; nothing else of a page changes."""

import pytest

from chassis.pages.unbroken import unbroken

NUMBER = "SP-2026-000001-8"
KEPT = f'<span class="nobreak">{NUMBER}</span>'


def test_a_number_in_a_sentence_is_kept_together() -> None:
    page = f"<p>Laporan {NUMBER}, diterima &amp; SP-2026-1234567-0.</p>"
    assert unbroken(page) == f'<p>Laporan {KEPT}, diterima &amp; <span class="nobreak">SP-2026-1234567-0</span>.</p>'


@pytest.mark.parametrize("time", ["06.11 WIB", "06:11 WITA", "23.59 WIT"])
def test_a_time_of_day_is_kept_together_with_its_zone(time: str) -> None:
    page = f'<time datetime="{time}">Sen, 7 Des 2026 {time}</time>'
    assert unbroken(page) == f'<time datetime="{time}">Sen, 7 Des 2026 <span class="nobreak">{time}</span></time>'


@pytest.mark.parametrize(
    "page",
    [
        f'<a href="/laporan/{NUMBER}" title="{NUMBER}"></a>',
        f"<title>Laporan {NUMBER}</title>",
        f"<textarea>{NUMBER}\n</textarea>",
        f"<select><option value=1>{NUMBER}</option></select>",
        f"<svg><text x=1>{NUMBER}</text></svg>",
        f"<script>'{NUMBER}'</script>",
        f"<p>X{NUMBER} {NUMBER}9 SP-26-1-2</p>",
        "<p>tanpa nomor</p>",
        "<p>2026.11 WIB, 06.11 WITAMA, WIB</p>",
        "<textarea>06.11 WIB</textarea>",
    ],
)
def test_attributes_fields_and_what_is_no_number_stay_as_they_are(page: str) -> None:
    assert unbroken(page) == page


def test_a_number_behind_a_field_is_kept_together() -> None:
    assert unbroken(f"<textarea>{NUMBER}</textarea> {NUMBER}") == f"<textarea>{NUMBER}</textarea> {KEPT}"
