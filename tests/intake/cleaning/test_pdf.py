"""Where a PDF hides who made it: in photos however they are packed, in signatures, in notes that are no objects."""

import io
import zlib
from base64 import a85encode
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

from intake.cleaning import pdf
from intake.cleaning.errors import NotCleanable
from support import files
from support.files import SECRET

HIDDEN = SECRET.encode()


def jp2(*boxes: bytes) -> bytes:
    out = io.BytesIO()
    files.picture().save(out, "JPEG2000")
    made = out.getvalue()
    return made + b"".join((8 + len(each)).to_bytes(4, "big") + b"uuid" + each for each in boxes)


def photo(made: pikepdf.Pdf, content: bytes, *filters: Name) -> Stream:
    found = Stream(made, content)
    found.update(
        {"/Subtype": Name.Image, "/Width": 64, "/Height": 48, "/BitsPerComponent": 8, "/Filter": Array(filters)}
    )
    if filters[-1] == Name.DCTDecode:
        found["/ColorSpace"] = Name.DeviceRGB
    return found


def with_photo(content: bytes, *filters: Name) -> Callable[[pikepdf.Pdf, Any], None]:
    def add(made: pikepdf.Pdf, page: Any) -> None:
        page.Resources = Dictionary(XObject=Dictionary(P=photo(made, content, *filters)))
        page.Contents = Stream(made, b"q 100 0 0 100 0 0 cm /P Do Q")

    return add


def signed(made: pikepdf.Pdf, _page: Any) -> None:
    signature = Dictionary(Type=Name.Sig, Name=SECRET, Location=SECRET, Contents=HIDDEN, ByteRange=[0, 1, 2, 3])
    made.Root.AcroForm = Dictionary(Fields=[Dictionary(FT=Name.Sig, T="tanda tangan", V=signature)])


def noted(_made: pikepdf.Pdf, page: Any) -> None:
    page.Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9], Contents="catatan", T=SECRET)]
    )


def written(fill: Callable[[pikepdf.Pdf, Any], None]) -> bytes:
    made, out = pikepdf.new(), io.BytesIO()
    fill(made, made.add_blank_page(page_size=(200, 200)))
    made.save(out, compress_streams=False)
    return out.getvalue()


def cleaned(content: bytes) -> bytes:
    out = io.BytesIO()
    pdf.clean(io.BytesIO(content), out)
    return out.getvalue()


@pytest.mark.parametrize(
    "fill",
    [
        with_photo(files.jpeg(), Name.DCTDecode),
        with_photo(zlib.compress(files.jpeg()), Name.FlateDecode, Name.DCTDecode),
        with_photo(a85encode(files.jpeg()) + b"~>", Name.ASCII85Decode, Name.DCTDecode),
        with_photo(files.jpeg().hex().encode() + b">", Name.ASCIIHexDecode, Name.DCTDecode),
        with_photo(jp2(HIDDEN), Name.JPXDecode),
        with_photo(zlib.compress(jp2(HIDDEN)), Name.FlateDecode, Name.JPXDecode),
        signed,
        noted,
    ],
)
def test_nothing_says_who_made_it(fill: Callable[[pikepdf.Pdf, Any], None]) -> None:
    copy = cleaned(written(fill))
    assert HIDDEN not in copy
    with pikepdf.open(io.BytesIO(copy)) as shown:
        [page] = shown.pages
        for name in page.get("/Resources", {}).get("/XObject", {}):
            drawn = pikepdf.PdfImage(page.Resources.XObject[name])
            content = drawn.obj.read_raw_bytes()
            assert HIDDEN not in content
            with Image.open(io.BytesIO(content)) as picture:
                assert picture.size == (64, 48)
                picture.load()


@pytest.mark.parametrize("kind", [Name.CCITTFaxDecode, Name.JBIG2Decode])
def test_a_scan_in_a_format_that_hides_nothing_stays(kind: Name) -> None:
    copy = cleaned(written(with_photo(b"\0\x10\x01scan", kind)))
    assert b"\0\x10\x01scan" in copy


@pytest.mark.parametrize(
    "fill",
    [
        with_photo(b"\xff\xd8broken", Name.DCTDecode),
        with_photo(b"broken", Name.JPXDecode),
        with_photo(files.jpeg(), Name.RunLengthDecode, Name.DCTDecode),
        lambda made, page: setattr(page, "Contents", Stream(made, b"BI /F /DCT ID " + files.jpeg() + b" EI")),
    ],
)
def test_what_cannot_be_told_apart_is_not_cleanable(fill: Callable[[pikepdf.Pdf, Any], None]) -> None:
    with pytest.raises((NotCleanable, ValueError, IndexError)):
        cleaned(written(fill))
