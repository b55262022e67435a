"""Files that were made to hurt are withheld, and those that are two things at once come out as one, without the other."""

import io
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator

import av
import pytest

from intake.cleaning.cleaner import Cleaned, Cleaner, CleaningLimits
from intake.file_types import media_type_of
from schemas.base.media_types import DOCX, PDF, XLSX
from support import files
from support.files import FILES, SECRET

PAGE = f"<html><script>alert('{SECRET}')</script></html>".encode()


async def clean(content: bytes, media_type: str) -> tuple[Cleaned, bytes]:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(content)
        source.flush()
        made = await Cleaner(CleaningLimits()).clean(source, target, media_type)
        target.seek(0)
        return made, target.read()


def zipped(*parts: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in (("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<a/>"), *parts):
            made.writestr(name, content)
    return out.getvalue()


def says(size: int, content: bytes) -> bytes:
    """A document with a part that says it unpacks to `size` bytes."""
    made = zipped(("word/media/a.emf", content))
    return made.replace(len(content).to_bytes(4, "little"), size.to_bytes(4, "little"))


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def webp() -> bytes:
    """Two frames on a canvas of 16,383 pixels square."""
    out, frame = io.BytesIO(), files.picture()
    frame.save(out, "WEBP", save_all=True, append_images=[frame.rotate(180)])
    made = bytearray(out.getvalue())
    assert made[12:16] == b"VP8X"
    made[24:30] = (16_382).to_bytes(3, "little") * 2
    return bytes(made)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "document of many bytes": (lambda: says(210 * 2**20, bytes(1_234_567)), DOCX),
    "document of many parts": (lambda: zipped(*((f"word/{number}.xml", b"") for number in range(5_000))), DOCX),
    "document that lies": (lambda: says(5, bytes(12_345_678)), DOCX),
    "document with entities": (
        lambda: files.docx(**{"word/styles.xml": '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'}),
        DOCX,
    ),
    "sheet with macros of Excel 4": (lambda: zipped(("xl/macrosheets/sheet1.xml", b"<a/>")), XLSX),
    "document with a program": (lambda: zipped(("word/media/a.exe", b"MZ")), DOCX),
    "half a document": (lambda: files.docx()[:900], DOCX),
    "wide picture": (lambda: png(200_000, 200_000), "image/png"),
    "large picture": (lambda: png(12_000, 12_000), "image/png"),
    "large picture that moves": (webp, "image/webp"),
}


@pytest.mark.parametrize("what", BOMBS)
async def test_what_hurts_who_opens_it_is_harmful(what: str) -> None:
    content, media_type = BOMBS[what]
    assert (await clean(content(), media_type))[0] is Cleaned.HARMFUL


async def test_a_pdf_that_unpacks_without_end_hurts_nobody_here() -> None:
    packed = zlib.compress(b"q Q " * (100 * 2**18), 1)
    pdf = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    pdf += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<<>>>>>>endobj "
    pdf += b"4 0 obj<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>" % (
        len(packed),
        packed,
    )
    made, copy = await clean(pdf, PDF)
    assert made is not Cleaned.CLEANED or len(copy) < 2 * len(pdf)


TWO_AT_ONCE = {
    "page before a PDF": (PAGE + files.pdf(), PDF),
    "page behind a PDF": (files.pdf() + PAGE, PDF),
    "archive behind a JPEG": (files.jpeg(trailer=zipped(("a.html", PAGE))), "image/jpeg"),
    "page behind a JPEG": (files.jpeg(trailer=PAGE), "image/jpeg"),
    "page behind a PNG": (files.png() + PAGE, "image/png"),
    "page behind a GIF": (files.gif() + PAGE, "image/gif"),
    "page behind a WebP": (files.webp() + PAGE, "image/webp"),
    "page in a box of a film": (
        files.film("mp4", "libx264", None) + (8 + len(PAGE)).to_bytes(4, "big") + b"free" + PAGE,
        "video/mp4",
    ),
    "page behind a document": (files.docx() + PAGE, DOCX),
}


@pytest.mark.parametrize("what", TWO_AT_ONCE)
async def test_what_is_two_things_comes_out_as_one(what: str) -> None:
    content, media_type = TWO_AT_ONCE[what]
    assert media_type_of(io.BytesIO(content)) == media_type
    made, copy = await clean(content, media_type)
    assert made is not Cleaned.CLEANED or not (b"<script" in copy or SECRET.encode() in copy or b"a.html" in copy)


@pytest.mark.parametrize(
    "content",
    [
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<svg/>",
        b"<!DOCTYPE html>" + PAGE,
        PAGE + files.jpeg(),
        b"GIF89a"[:4] + PAGE,
        b"MZ" + bytes(500),
        b"\x7fELF" + bytes(500),
        b"#!/bin/sh\n",
        b"PK\3\4" + bytes(100),
        zipped()[:-30],
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
    ],
)
def test_what_browsers_or_machines_run_is_not_taken_whatever_its_name(content: bytes) -> None:
    assert media_type_of(io.BytesIO(content)) is None


def png_chunks(copy: bytes) -> Iterator[str]:
    at = 8
    while at < len(copy):
        yield copy[at + 4 : at + 8].decode()
        at += 12 + int.from_bytes(copy[at : at + 4], "big")


def jpeg_segments(copy: bytes) -> Iterator[str]:
    at = 2
    while copy[at + 1] != 0xDA:
        yield f"{copy[at + 1]:X}"
        at += 2 + int.from_bytes(copy[at + 2 : at + 4], "big")
    yield "the end" if copy.endswith(b"\xff\xd9") else "more"


def webp_chunks(copy: bytes) -> Iterator[str]:
    at = 12
    while at < len(copy):
        yield copy[at : at + 4].decode()
        size = int.from_bytes(copy[at + 4 : at + 8], "little")
        at += 8 + size + size % 2


def boxes(copy: bytes, at: int = 0, end: int | None = None) -> Iterator[str]:
    inside = {"moov", "trak", "mdia", "minf", "stbl", "edts", "dinf", "udta", "meta", "ilst"}
    while at < (len(copy) if end is None else end):
        size, kind = int.from_bytes(copy[at : at + 4], "big"), copy[at + 4 : at + 8].decode("latin-1")
        yield kind
        if kind in inside:
            yield from boxes(copy, at + (12 if kind == "meta" else 8), at + size)
        at += size or len(copy)


PNG = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND", "acTL", "fcTL", "fdAT"}
JPEG = {"E0", "DB", "C0", "C2", "C4", "DD", "the end"}
WEBP = {"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF"}
MOVIE = {
    "ftyp", "free", "wide", "mdat", "moov", "mvhd", "trak", "tkhd", "edts", "elst", "mdia", "mdhd", "hdlr", "minf", "vmhd",
    "smhd", "dinf", "dref", "stbl", "stsd", "stts", "stss", "stsc", "stsz", "stco", "co64", "ctts", "sgpd", "sbgp", "tapt",
    "udta", "meta", "ilst",
}  # fmt: skip


async def test_a_copy_has_only_the_parts_that_draw_and_play() -> None:
    for media_type, parts, allowed in (
        ("image/jpeg", jpeg_segments, JPEG), ("image/heic", jpeg_segments, JPEG), ("image/png", png_chunks, PNG),
        ("image/webp", webp_chunks, WEBP), ("video/mp4", boxes, MOVIE), ("video/quicktime", boxes, MOVIE),
        ("audio/mp4", boxes, MOVIE),
    ):  # fmt: skip
        _, copy = await clean(FILES[media_type](), media_type)
        assert set(parts(copy)) - allowed == set(), media_type


@pytest.mark.parametrize(("container", "codec"), [("mp4", "libx265"), ("mov", "mjpeg"), ("mp4", "mpeg4")])
async def test_films_of_every_codec_still_play_without_what_their_encoder_wrote(container: str, codec: str) -> None:
    film = files.film(container, codec, None)
    assert b"x265" in film or b"Lavc" in film
    made, copy = await clean(film, {"mov": "video/quicktime"}.get(container, "video/mp4"))
    assert made is Cleaned.CLEANED
    assert b"x265" not in copy
    assert b"Lavc" not in copy
    with av.open(io.BytesIO(copy)) as shown:
        assert sum(1 for _ in shown.decode(video=0)) == 5
