"""The layout: the language switch keeps the page, the head leads where whoever looks may go, texts are escaped."""

import re
from html import unescape

import pytest

from chassis.pages.navigation import entries_for
from chassis.pages.render import Kit, View, _environment, number
from chassis.pages.unbroken import unbroken
from schemas.access.principal import PUBLIC, Principal
from schemas.base.sealed import ERASED

SARI = Principal("https://issuer.test", "sari", frozenset(), "Sari")


def test_the_language_switch_keeps_page_and_query() -> None:
    view = View("id", "/laporan", "wilayah=32.73&cari=a%26b&lang=id&kosong=")
    assert view.in_language("en") == "/laporan?wilayah=32.73&cari=a%26b&kosong=&lang=en"


def test_the_head_leads_to_signing_in_or_to_ones_own_page() -> None:
    *for_all, sign_in = [entry.path for entry in entries_for(PUBLIC)]
    *for_sari, own = [entry.path for entry in entries_for(SARI)]
    assert (sign_in, own) == ("/masuk", "/saya")
    assert for_all == for_sari
    assert {"/lapor", "/lacak", "/laporan"} <= set(for_all)


def test_whatever_is_shown_is_text() -> None:
    values = {"title": "<b>", "text": '"><script>alert(1)</script>', "after": None}
    page = Kit("chassis.signin").render(View("id"), "message.html", **values)
    assert "<script>alert" not in page
    assert "&lt;b&gt;" in page


def test_the_page_names_its_language_and_offers_the_other_one() -> None:
    values = {"title": "x", "text": "y", "after": None}
    page = Kit("chassis.signin").render(View("en", "/lacak"), "message.html", **values)
    assert '<html lang="en">' in page
    assert 'href="/lacak?lang=id" lang="id" hreflang="id">Bahasa Indonesia</a>' in page
    assert 'aria-current="page">Track</a>' in page


def test_numbers_are_written_as_people_write_them() -> None:
    assert (number(12345, "id"), number(12345, "en")) == ("12.345", "12,345")
    assert (number(1234.5, "id"), number(1234.5, "en")) == ("1.234,5", "1,234.5")


@pytest.mark.parametrize(("done", "stands"), [(1, "Diterima"), (4, "Dijawab"), (5, "Ditutup")])
def test_the_rail_marks_the_last_step_that_has_happened(done: int, stands: str) -> None:
    steps = ["Diterima", "Ditempatkan", "Ditindaklanjuti", "Dijawab", "Ditutup"]
    components = _environment("chassis.signin", "id").get_template("kit/components.html").module
    rail = components.rail(steps, done, "Jalannya laporan")  # type: ignore[attr-defined]
    assert re.findall(r'aria-current="step">(\w+)', rail) == [stands]
    assert rail.count("(sudah)") == done


def test_a_number_in_a_button_keeps_the_space_before_it() -> None:
    # A button lays out each of its elements by itself and drops the spaces between them.
    components = _environment("chassis.signin", "id").get_template("kit/components.html").module
    shown = unbroken(components.button("Gabungkan dengan SP-2026-000003-7"))  # type: ignore[attr-defined]
    assert '><span>Gabungkan dengan <span class="nobreak">SP-2026-000003-7</span></span></button>' in shown


@pytest.mark.parametrize(
    ("lang", "said"), [("id", "Sudah dihapus bersama data pelapor."), ("en", "Erased with the reporter's data.")]
)
def test_what_was_erased_is_told_in_the_language_of_the_page(lang: str, said: str) -> None:
    page = Kit("chassis.signin").render(View(lang), "message.html", title="x", text=ERASED, after=None)
    assert ERASED not in page
    assert said in unescape(page)
