"""What encoders write into the streams themselves is left out; what a player needs stays."""

import pytest

from intake.cleaning.codecs import bare
from intake.cleaning.errors import NotCleanable
from intake.cleaning.jpeg import without_segments
from support import files

AVC = bytes([1, 100, 0, 10, 0xFF, 0xE1, 0, 1, 7, 1, 0, 1, 8])
SLICE, SEI = b"\x65slice", b"\x06words"


def unit(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def array(kind: int, content: bytes) -> bytes:
    return bytes([kind, 0, 1]) + len(content).to_bytes(2, "big") + content


def hevc(*arrays: bytes) -> bytes:
    return bytes([1, *bytes(20), 3, len(arrays)]) + b"".join(arrays)


def test_supplemental_information_of_h264_is_left_out_and_units_keep_their_lengths() -> None:
    how = bare("h264", AVC)
    assert how.packet is not None
    assert how.packet(unit(SEI) + unit(SLICE) + unit(b"\x18open")) == unit(SLICE)
    assert how.packet(unit(SEI)) == b""
    for broken in (b"\0\0\0\x09\x65", b"\xff" * 9):
        with pytest.raises(NotCleanable):
            how.packet(broken)


def test_supplemental_information_of_h265_is_left_out_of_pictures_and_configuration() -> None:
    parameters, words = array(33, b"\x42\1sps"), array(39, b"\x4e\1words")
    how = bare("hevc", hevc(words, parameters, array(40, b"\x50\1words")))
    assert how.header == hevc(parameters)
    assert how.packet is not None
    assert how.packet(unit(b"\x4e\1words") + unit(b"\x26\1slice")) == unit(b"\x26\1slice")


def test_words_between_the_pictures_of_mpeg_4_are_left_out() -> None:
    how = bare("mpeg4", b"\0\0\1\x20vol\0\0\1\xb2words")
    assert how.header == b"\0\0\1\x20vol"
    assert how.packet is not None
    assert how.packet(b"\0\0\1\xb2words\0\0\1\xb6picture") == b"\0\0\1\xb6picture"


@pytest.mark.parametrize("length", [3, 254, 255, 300, 510])
def test_comments_of_vorbis_are_left_out(length: int) -> None:
    first, comment, setup = b"\1vorbis" + bytes(23), b"\3vorbis" + b"x" * length, b"\5vorbis setup"
    laced = b"".join(bytes([255]) * (len(each) // 255) + bytes([len(each) % 255]) for each in (first, comment))
    header = bare("vorbis", b"\2" + laced + first + comment + setup).header
    assert header == b"\2" + bytes([len(first), 16]) + first + b"\3vorbis" + bytes(8) + b"\1" + setup


@pytest.mark.parametrize(
    ("codec", "header"),
    [("bin_data", b""), ("dvvideo", b""), ("h264", b"\0\0\0\1\x67"), ("hevc", b""), ("vorbis", b"")],
)
def test_what_may_hide_something_is_not_cleanable(codec: str, header: bytes) -> None:
    with pytest.raises(NotCleanable):
        bare(codec, header)


def test_a_picture_of_motion_jpeg_loses_its_position_and_what_follows_it() -> None:
    photo = without_segments(files.jpeg(trailer=files.SECRET.encode()))
    assert files.SECRET.encode() not in photo
    assert b"Exif" not in photo
    assert photo.endswith(b"\xff\xd9")
    thumbnail = b"\xff\xd8\xff\xe0" + (2 + 14 + 300).to_bytes(2, "big") + b"JFIF\0" + bytes(309) + files.jpeg()[2:]
    assert b"JFIF" in without_segments(files.jpeg())
    assert len(without_segments(thumbnail)) == len(without_segments(files.jpeg())), "a thumbnail is hidden data too"
