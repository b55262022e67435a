"""The media type of a file, from its content alone: names and headers of uploads are often wrong, and may lie."""

import zipfile
from typing import IO, Final

import filetype

from schemas.base.media_types import DOCX, MEDIA_TYPES, PDF, XLSX

_HEAD: Final = 8192
_PDF_WITHIN: Final = 1024
"""Readers accept that many bytes before the head of a PDF (ISO 32000-1, annex H.3.4.1)."""
_HEIC: Final = frozenset({"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"})
_AVIF: Final = frozenset({"avif", "avis"})
_HEIF: Final = frozenset({"mif1", "msf1", "mif2", "miaf"})
_SOUND: Final = frozenset({"M4A ", "M4B ", "M4P ", "F4A "})
"""Brands of the ISO base media file format (ISO/IEC 14496-12), as registered at mp4ra.org."""
_QUICKTIME_BOXES: Final = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
"""What a QuickTime file without brands may begin with."""
_SAME: Final = {
    "audio/x-wav": "audio/wav", "audio/m4a": "audio/mp4", "image/apng": "image/png", "audio/x-aac": "audio/aac",
}  # fmt: skip
_OFFICE: Final = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}


def media_type_of(file: IO[bytes]) -> str | None:
    """One of `MEDIA_TYPES`; None: none of them. The file is left at its beginning."""
    file.seek(0)
    head = file.read(_HEAD)
    found = _found(head, file)
    file.seek(0)
    return found if found in MEDIA_TYPES else None


def _found(head: bytes, file: IO[bytes]) -> str | None:
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[4:8] in _QUICKTIME_BOXES:
        return "video/quicktime"
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "audio/amr" if head.startswith(b"#!AMR\n") else "audio/amr-wb"
    if head.startswith(b"PK\3\4"):
        return _office(file)
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return PDF
    if head.startswith(b"GIF") and not head.startswith((b"GIF87a", b"GIF89a")):
        return None
    kind = filetype.guess_mime(head) if head else None
    return _SAME.get(kind, kind) if kind else None


def _by_brand(head: bytes) -> str:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12].decode("latin-1")
    brands = {major, *(head[at : at + 4].decode("latin-1") for at in range(16, end - 3, 4))}
    if major in _HEIF | _HEIC | _AVIF:
        exact = major if major not in _HEIF else next(iter(sorted(brands & (_HEIC | _AVIF))), major)
        return "image/heic" if exact in _HEIC else "image/avif" if exact in _AVIF else "image/heif"
    if major == "qt  ":
        return "video/quicktime"
    if major.startswith(("3gp", "3g2", "3ge", "3gg", "3gr", "3gs")):
        return "video/3gpp"
    return "audio/mp4" if major in _SOUND else "video/mp4"


def _office(file: IO[bytes]) -> str | None:
    try:
        with zipfile.ZipFile(file) as parts:
            names = frozenset(parts.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)
