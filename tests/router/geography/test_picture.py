"""The picture for marking a place shows what lies there, named legibly, and the pin where the position is."""

import re

import pytest

from chassis.pages.map import frame_around, frame_of
from router.geography.picture import LETTER, LETTER_WIDTH, RATIO, Label, picture
from router.http.picture import _labels

BANDUNG = (-6.915, 107.61)


def test_the_pin_stands_at_its_position() -> None:
    drawn = picture(frame_around(*BANDUNG, 1.0, RATIO), 640, (), (-6.99, 107.71))
    found = re.search(r'<g transform="translate\(([\d.]+) ([\d.]+)\)"><path d="M0 0', drawn)
    assert found is not None
    assert float(found[1]) == pytest.approx(320 + 640 * 0.1, abs=0.1)
    assert float(found[2]) == pytest.approx(240 + 640 * 0.075, abs=0.1)


@pytest.mark.parametrize("size", [320, 640])
@pytest.mark.parametrize(("at", "width"), [(BANDUNG, 0.3), (BANDUNG, 3), ((-2.5, 118), 46), ((-4.0, 138.0), 5)])
def test_names_neither_cover_each_other_nor_leave_the_picture(size: int, at: tuple[float, float], width: float) -> None:
    frame = frame_around(*at, width, RATIO)
    drawn = picture(frame, size, _labels(frame), None)
    boxes = [
        (float(x) - len(name) * LETTER * LETTER_WIDTH / 2, float(y), float(x) + len(name) * LETTER * LETTER_WIDTH / 2)
        for x, y, name in re.findall(r'<text x="([\d.]+)" y="([\d.]+)">([^<]+)</text>', drawn)
    ]
    assert boxes
    for index, (left, y, right) in enumerate(boxes):
        assert left >= -1
        assert right <= size + 1
        for other_left, other_y, other_right in boxes[index + 1 :]:
            assert right <= other_left + 1 or other_right <= left + 1 or abs(y - other_y) >= LETTER


def test_a_name_is_text() -> None:
    frame = frame_around(*BANDUNG, 1.0, RATIO)
    assert "<b>" not in picture(frame, 320, [Label("<b>&", *BANDUNG)], None)


def test_every_picture_is_small() -> None:
    frame = frame_of("")
    assert len(picture(frame, 320, _labels(frame), BANDUNG)) < 40_000
    for width in (0.1, 0.5, 2, 8, 13.9):
        frame = frame_around(-7.4, 110.5, width, RATIO)
        assert len(picture(frame, 640, _labels(frame), BANDUNG)) < 60_000
