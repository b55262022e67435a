"""The segments of a JPEG (ITU-T T.81, annex B), for pictures that stay as they are inside another file."""

from typing import Final

_KEPT: Final = frozenset({0xE0, 0xEE})
"""APP0 (JFIF) and APP14 (Adobe), which say how to read the colours."""
_COMMENT: Final = 0xFE
_SCAN: Final = 0xDA
_LONGEST: Final = 16
"""Bytes of APP0 or APP14 that say something about colours: more is a thumbnail, or something hidden."""


def without_segments(photo: bytes) -> bytes:
    """A JPEG without the segments that hold EXIF, GPS, XMP and comments, and without what follows its end.

    Raises:
        ValueError: its segments cannot be told apart.
    """
    out, at = [photo[:2]], 2
    if photo[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    while photo[at] == 0xFF and photo[at + 1] != _SCAN:
        marker, length = photo[at + 1], int.from_bytes(photo[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(photo):
            raise ValueError("a segment without its end")
        of_program = 0xE0 <= marker <= 0xEF
        hidden = marker == _COMMENT or (of_program and (marker not in _KEPT or length > _LONGEST))
        if not hidden:
            out.append(photo[at : at + 2 + length])
        at += 2 + length
    end = photo.rfind(b"\xff\xd9")
    return b"".join([*out, photo[at : end + 2] if end > at else photo[at:]])
