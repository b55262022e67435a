"""Audio and video, copied packet by packet into a new container: tags, GPS tracks, chapters, cover pictures and data
tracks of the old one stay behind. Sound and picture are not encoded again, so nothing is lost and it is quick.
"""

import importlib
from typing import IO, Any, Final

import av
from av.bitstream import BitStreamFilterContext

from intake.cleaning.errors import NotCleanable

CONTAINERS: Final = {
    "video/mp4": ("mov", "mp4"),
    "video/quicktime": ("mov", "mov"),
    "video/3gpp": ("mov", "3gp"),
    "audio/mp4": ("mov", "ipod"),
    "audio/m4a": ("mov", "ipod"),
    "video/webm": ("matroska", "webm"),
    "audio/mpeg": ("mp3", "mp3"),
    "audio/ogg": ("ogg", "ogg"),
    "audio/amr": ("amr", "amr"),
    "audio/amr-wb": ("amr", "amr"),
    "audio/aac": ("aac", "adts"),
    "audio/wav": ("wav", "wav"),
}
"""By media type: the names that FFmpeg gives the container for reading and for writing."""
_UNTITLED: Final = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39-40"}
"""Supplemental information (SEI) inside the pictures' own stream, where cameras write positions and encoders their
settings (ITU-T H.264 annex D, H.265 annex D). No player needs it.
"""


def prepare() -> None:
    """Load what PyAV loads when it meets a stream."""
    importlib.import_module("av.subtitles.stream")


def clean(source: IO[bytes], target: IO[bytes], media_type: str) -> None:
    """Copy sound and pictures.

    Raises:
        NotCleanable: there is neither sound nor picture in it.
        av.FFmpegError: it is broken, or the new container cannot hold its codec.
    """
    reading, writing = CONTAINERS[media_type]
    with (
        av.open(source, "r", format=reading) as old,
        av.open(target, "w", format=writing, options={"fflags": "+bitexact"}) as new,
    ):
        copied = {stream.index: new.add_stream_from_template(stream, opaque=True) for stream in _kept(old)}
        if not copied:
            raise NotCleanable("neither sound nor picture")
        for stream in copied.values():
            stream.metadata.clear()
        new.metadata.clear()
        filters = {
            index: BitStreamFilterContext(_UNTITLED[name], old.streams[index])
            for index in copied
            if (name := old.streams[index].codec_context.name) in _UNTITLED
        }
        for packet in old.demux([old.streams[index] for index in copied]):
            for each in _filtered(packet, filters.get(packet.stream_index)):
                each.stream = copied[packet.stream_index]
                new.mux(each)


def _kept(old: Any) -> list[Any]:
    """The streams with sound or moving pictures. A cover picture counts as video in FFmpeg."""
    covers = {"ATTACHED_PIC", "TIMED_THUMBNAILS", "STILL_IMAGE"}
    return [
        stream
        for stream in old.streams
        if stream.type in ("audio", "video") and not covers & {flag.name for flag in stream.disposition}
    ]


def _filtered(packet: Any, through: BitStreamFilterContext | None) -> list[Any]:
    if packet.dts is None:
        return [] if through is None else through.filter(None)
    return [packet] if through is None else through.filter(packet)
