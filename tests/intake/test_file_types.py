"""Files are taken by what they contain, whatever they are called."""

import io

import pytest

from intake.file_types import media_type_of
from support import files
from support.files import FILES


@pytest.mark.parametrize("media_type", [each for each in FILES if each != "image/heif"])
def test_what_phones_and_offices_make_is_recognised(media_type: str) -> None:
    assert media_type_of(io.BytesIO(FILES[media_type]())) == media_type


def box(major: str, *compatible: str) -> io.BytesIO:
    brands = b"".join(each.encode() for each in compatible)
    head = (16 + len(brands)).to_bytes(4, "big") + b"ftyp" + major.encode() + bytes(4) + brands
    return io.BytesIO(head + bytes(200))


@pytest.mark.parametrize(
    ("file", "media_type"),
    [
        *((box(each), "image/heic") for each in ("heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs")),
        (box("mif1", "mif1", "heic"), "image/heic"),
        (box("msf1", "msf1", "hevc"), "image/heic"),
        (box("mif1", "miaf"), "image/heif"),
        (box("avif", "mif1", "miaf"), "image/avif"),
        (box("mif1", "avif"), "image/avif"),
        (box("qt  "), "video/quicktime"),
        (box("3gp4", "isom"), "video/3gpp"),
        (box("3g2a"), "video/3gpp"),
        (box("mp42", "isom"), "video/mp4"),
        (box("MSNV"), "video/mp4"),
        (box("M4A ", "isom"), "audio/mp4"),
        (io.BytesIO(b"\0\0\0\x08wide" + bytes(60)), "video/quicktime"),
        (io.BytesIO(b"#!AMR-WB\n" + bytes(60)), "audio/amr-wb"),
        (io.BytesIO(b"\n\n%PDF-1.4\n"), "application/pdf"),
    ],
)
def test_the_variants_of_phones_are_recognised(file: io.BytesIO, media_type: str) -> None:
    assert media_type_of(file) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\0" + bytes(300),
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x7fELF" + bytes(300),
        b"PK\3\4" + bytes(300),
        b"%!PS-Adobe-3.0",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        bytes(9000),
    ],
)
def test_nothing_else_is_taken(content: bytes) -> None:
    assert media_type_of(io.BytesIO(content)) is None


def test_an_archive_is_no_document_because_of_its_name() -> None:
    plain = files._zipped({"word/readme.txt": "x"})  # noqa: SLF001
    assert media_type_of(io.BytesIO(plain)) is None
