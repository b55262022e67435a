"""The segments of a JPEG (ITU-T T.81, annex B), for pictures that stay as they are inside another file."""

import re
from typing import Final

_KEPT: Final = frozenset({0xE0, 0xEE})
"""APP0 (JFIF) and APP14 (Adobe), which say how to read the colours."""
_COMMENT: Final = 0xFE
_SCAN: Final = 0xDA
_END: Final = 0xD9
_NEXT: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""A marker that ends a scan: neither a stuffed byte nor a restart."""
_LONGEST: Final = 16
"""Bytes of APP0 or APP14 that say something about colours: more is a thumbnail, or something hidden."""


def without_segments(photo: bytes) -> bytes:
    """A JPEG without the segments that hold EXIF, GPS, XMP and comments, and without what follows its end.

    Raises:
        ValueError: its segments cannot be told apart.
    """
    if photo[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    out, at = [photo[:2]], 2
    while (marker := _marker(photo, at)) != _END:
        end = at + 2 + int.from_bytes(photo[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(photo):
            raise ValueError("a segment without its end")
        if marker == _SCAN:  # its header, then the picture's data up to the next marker
            found = _NEXT.search(photo, end)
            end = found.start() if found else len(photo)
        if not _is_hidden(marker, end - at - 2):
            out.append(photo[at:end])
        at = end
        if at == len(photo):
            return b"".join(out)  # cut off behind its data: shown all the same
    return b"".join([*out, photo[at : at + 2]])


def _marker(photo: bytes, at: int) -> int:
    if photo[at : at + 1] != b"\xff" or at + 1 >= len(photo):
        raise ValueError("no marker where a segment begins")
    return photo[at + 1]


def _is_hidden(marker: int, length: int) -> bool:
    of_program = 0xE0 <= marker <= 0xEF
    return marker == _COMMENT or (of_program and (marker not in _KEPT or length > _LONGEST))
