"""A place is marked by a click on a picture, by coordinates as people write them, or by neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.pages.pin import COUNTRY, MapView, clicked, moved, opening, position, shown

BANDUNG = (-6.9147, 107.6098)


@pytest.mark.parametrize(
    "written",
    [
        "-6.9147, 107.6098",
        "-6.9147,107.6098",
        " -6.9147 107.6098 ",
        "-6,9147; 107,6098",
        "-6,9147 107,6098",
        "−6.9147, 107.6098",
        "6.9147 LS, 107.6098 BT",
        "6,9147° LS 107,6098° BT",
        "6.9147 S 107.6098 E",
        "107.6098 BT, 6.9147 LS",
        "6°54'52.9\"S 107°36'35.3\"E",
        "6° 54' 52,9\" LS, 107° 36' 35,3\" BT",
        "(-6.9147, 107.6098)",
    ],
)
def test_coordinates_are_read_as_people_write_them(written: str) -> None:
    assert position(written) == pytest.approx(BANDUNG, abs=0.0001)


@pytest.mark.parametrize(
    "written", ["di sini", "-6.9147", "-6.9147, 107.6098, 3", "-96, 107", "-6.9, 207", "1e5 2", "nan, 1", ""]
)
def test_what_is_no_position_is_none(written: str) -> None:
    assert position(written) is None


@given(st.floats(-11, 6), st.floats(95, 141))
def test_a_position_that_is_shown_is_read_again(lat: float, lon: float) -> None:
    assert position(shown(lat, lon)) == pytest.approx((lat, lon), abs=0.00001)


def test_a_click_is_where_it_was_on_the_picture_that_was_clicked() -> None:
    view = MapView(-6.9, 107.6, 0.8)
    assert clicked({"titik_320.x": "160", "titik_320.y": "120"}, view) == pytest.approx((-6.9, 107.6))
    assert clicked({"titik_640.x": "640", "titik_640.y": "0"}, view) == pytest.approx((-6.6, 108.0))


@pytest.mark.parametrize(
    "form",
    [{}, {"titik_320.x": "0", "titik_320.y": "0"}, {"titik_320.x": "a", "titik_320.y": "1"}, {"titik_320.x": "5"},
     {"titik_9.x": "5", "titik_9.y": "5"}, {"titik_320.x": "900", "titik_320.y": "5"}],
)  # fmt: skip
def test_the_enter_key_and_forged_clicks_mark_nothing(form: dict[str, str]) -> None:
    assert clicked(form, COUNTRY) is None


def test_a_view_is_read_as_it_was_written_and_forged_ones_show_the_country() -> None:
    view = MapView(-6.9, 107.6, 0.8)
    assert MapView.read(str(view)) == view
    for forged in ("", "a,b,c", "1,2", "nan,1,1", "1,1,inf", "-6,107,0.00001", "-6,107,9999", "-95,107,1"):
        assert MapView.read(forged) in (None, MapView.read(str(MapView.read(forged) or COUNTRY)))
        found = MapView.read(forged)
        assert found is None or 0.05 <= found.width <= 60


def test_the_picture_opens_where_the_answers_so_far_are() -> None:
    assert opening({}) == COUNTRY
    city = opening({"wilayah": "32.73.02"})
    assert (city.lat, city.lon) == pytest.approx(BANDUNG, abs=0.1)
    assert city.width < 1
    assert opening({"pin": "-6.9147, 107.6098"})[:2] == pytest.approx(BANDUNG)
    assert opening({"wilayah": "99.99"}) == COUNTRY


def test_zooming_has_ends() -> None:
    view = COUNTRY
    for _ in range(20):
        view = view.nearer()
    assert view.is_nearest
    for _ in range(20):
        view = view.farther()
    assert view.is_farthest


def test_a_click_marks_the_place_and_comes_nearer_until_the_place_is_clear() -> None:
    given: dict[str, str] = {"isi": "Lampu padam"}
    click = {"titik_640.x": "200", "titik_640.y": "260"}
    widths = []
    for _ in range(6):
        found = moved(click, given)
        assert found is not None
        given = found
        view = MapView.read(given["peta"])
        assert view is not None
        assert position(given["pin"]) == pytest.approx((view.lat, view.lon), abs=0.0001)
        widths.append(view.width)
    assert widths == sorted(widths, reverse=True)
    assert 0.3 < widths[-1] <= 1
    assert given["isi"] == "Lampu padam"


def test_the_buttons_change_the_picture_and_keep_the_pin() -> None:
    given = {"pin": "-6.9147, 107.6098", "peta": "-7,108,3"}
    for command, width in (("peta-dekat", 1), ("peta-jauh", 9), ("peta-tunjuk", 1)):
        found = moved({"ke": command}, given)
        assert found is not None
        assert found["pin"] == given["pin"]
        assert MapView.read(found["peta"]) == pytest.approx((*BANDUNG, width))
    removed = moved({"ke": "peta-hapus"}, given)
    assert removed is not None
    assert "pin" not in removed
    assert moved({"ke": "cari"}, given) is None
