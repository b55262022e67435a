"""The types of files that are taken, each with its kind and its suffix. A type is found by content alone."""

from enum import StrEnum
from typing import Final, NamedTuple


class FileKind(StrEnum):
    """Kinds of files, each with a largest size of its own."""

    PICTURE = "picture"
    DOCUMENT = "document"
    AUDIO = "audio"
    VIDEO = "video"


class FileType(NamedTuple):
    """`cleaned`: the media type of the copy without hidden data, where it is another one."""

    kind: FileKind
    suffix: str
    cleaned: str | None = None


PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JPEG: Final = "image/jpeg"
MEDIA_TYPES: Final = {
    JPEG: FileType(FileKind.PICTURE, "jpg"),
    "image/png": FileType(FileKind.PICTURE, "png"),
    "image/gif": FileType(FileKind.PICTURE, "gif"),
    "image/webp": FileType(FileKind.PICTURE, "webp"),
    # Few offices can open these.
    "image/heic": FileType(FileKind.PICTURE, "heic", JPEG),
    "image/heif": FileType(FileKind.PICTURE, "heif", JPEG),
    "image/avif": FileType(FileKind.PICTURE, "avif", JPEG),
    PDF: FileType(FileKind.DOCUMENT, "pdf"),
    DOCX: FileType(FileKind.DOCUMENT, "docx"),
    XLSX: FileType(FileKind.DOCUMENT, "xlsx"),
    "video/mp4": FileType(FileKind.VIDEO, "mp4"),
    "video/quicktime": FileType(FileKind.VIDEO, "mov"),
    "video/3gpp": FileType(FileKind.VIDEO, "3gp"),
    "video/webm": FileType(FileKind.VIDEO, "webm"),
    "audio/mp4": FileType(FileKind.AUDIO, "m4a"),
    "audio/m4a": FileType(FileKind.AUDIO, "m4a", "audio/mp4"),  # as earlier versions named it
    "audio/mpeg": FileType(FileKind.AUDIO, "mp3"),
    "audio/ogg": FileType(FileKind.AUDIO, "ogg"),
    "audio/amr": FileType(FileKind.AUDIO, "amr"),
    "audio/amr-wb": FileType(FileKind.AUDIO, "awb"),
    "audio/aac": FileType(FileKind.AUDIO, "aac"),
    "audio/wav": FileType(FileKind.AUDIO, "wav"),
}


def cleaned_type(media_type: str) -> str:
    """The media type of the copy without hidden data."""
    return MEDIA_TYPES[media_type].cleaned or media_type
