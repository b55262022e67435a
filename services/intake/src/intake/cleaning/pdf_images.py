"""Photos inside a PDF without hidden data: their own formats hide EXIF, positions and comments. The pixels stay as they
are, byte by byte.
"""

import base64
import zlib
from typing import Any, Final

import pikepdf
from pikepdf import Name, Stream

from intake.cleaning.errors import NotCleanable
from intake.cleaning.jpeg import without_segments

UNPACKED: Final = 200 * 1024 * 1024
_JP2_SIGNATURE: Final = b"\0\0\0\x0cjP  \r\n\x87\n"
_JP2_KEPT: Final = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c"})
"""The boxes that draw the picture (ITU-T T.800, annex I). Others hold XML, EXIF and positions."""
_SCAN, _COMMENT, _START = b"\xff\x90", b"\xff\x64", b"\xff\x4f"
_NOT_DRAWN: Final = ("/Metadata", "/EmbeddedFile")
"""Nothing refers to them any more."""
_INLINE: Final = (b"Exif\0\0", b"http://ns.adobe.com/xap/")


def make_bare(stream: Stream) -> None:
    """Take the hidden data out of a photo, and make sure that no other stream has a photo with such data inside.

    Raises:
        NotCleanable: it cannot be told apart, or is packed in an unusual way.
        ValueError, IndexError: the photo is broken.
    """
    filters = _filters(stream)
    if filters[-1:] == [Name.DCTDecode]:
        _write(stream, without_segments(_packed(stream, filters[:-1])), Name.DCTDecode)
    elif filters[-1:] == [Name.JPXDecode]:
        _write(stream, without_boxes(_packed(stream, filters[:-1])), Name.JPXDecode)
    elif _may_have_one_inside(stream) and any(mark in stream.read_bytes() for mark in _INLINE):
        raise NotCleanable("a photo with hidden data inside a page's own content")


def _may_have_one_inside(stream: Stream) -> bool:
    return stream.get("/Subtype") != Name.Image and stream.get("/Type") not in _NOT_DRAWN


def without_boxes(photo: bytes) -> bytes:
    """A picture of JPEG 2000 without what does not draw it."""
    if photo.startswith(_START):
        return _without_comments(photo)
    if not photo.startswith(_JP2_SIGNATURE):
        raise NotCleanable("no picture of JPEG 2000")
    out, at = [], 0
    while at < len(photo):
        size, kind, head = int.from_bytes(photo[at : at + 4], "big"), photo[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(photo[at + 8 : at + 16], "big"), 16
        end = at + size if size else len(photo)
        if end <= at + 7 or end > len(photo):
            raise NotCleanable("a box without its end")
        if kind == b"jp2c":
            content = _without_comments(photo[at + head : end])
            out.append((8 + len(content)).to_bytes(4, "big") + kind + content)
        elif kind in _JP2_KEPT:
            out.append(photo[at:end])
        at = end
    return b"".join(out)


def _without_comments(stream: bytes) -> bytes:
    """A codestream without the comments of its main header (annex A.9.2)."""
    out, at = [stream[:2]], 2
    while (marker := stream[at : at + 2]) != _SCAN:
        length = int.from_bytes(stream[at + 2 : at + 4], "big")
        if marker[:1] != b"\xff" or length < 2:
            raise NotCleanable("a marker without its end")
        if marker != _COMMENT:
            out.append(stream[at : at + 2 + length])
        at += 2 + length
    return b"".join([*out, stream[at:]])


def _filters(stream: Stream) -> list[Any]:
    found = stream.get("/Filter")
    return [] if found is None else list(found) if isinstance(found, pikepdf.Array) else [found]


def _packed(stream: Stream, around: list[Any]) -> bytes:
    """The bytes of the photo's own format, without the general filters around it."""
    content = stream.read_raw_bytes()
    for each in around:
        if each == Name.FlateDecode:
            unpacking = zlib.decompressobj()
            content = unpacking.decompress(content, UNPACKED)
            if unpacking.unconsumed_tail:
                raise NotCleanable("unpacks to too much")
        elif each == Name.ASCII85Decode:
            content = base64.a85decode(content.strip().removesuffix(b"~>"))
        elif each == Name.ASCIIHexDecode:
            content = bytes.fromhex(content.decode().strip().removesuffix(">"))
        else:
            raise NotCleanable("a photo in an unusual filter")
    return content


def _write(stream: Any, content: bytes, kind: Any) -> None:
    parameters = stream.get("/DecodeParms")
    if isinstance(parameters, pikepdf.Array):
        parameters = parameters[-1] if len(parameters) else None
    stream.write(content, filter=kind, decode_parms=parameters)
