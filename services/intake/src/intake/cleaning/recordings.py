"""Audio and video, copied packet by packet into a new container: tags, GPS tracks, chapters, cover pictures and data
tracks of the old one stay behind. Sound and picture are not encoded again, so nothing is lost and it is quick.
"""

import importlib
from typing import IO, Any, Final, NamedTuple

import av
from av.bitstream import BitStreamFilterContext

from intake.cleaning.codecs import Bare, bare
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


class Stream(NamedTuple):
    """How the packets of one stream become bare."""

    how: Bare
    through: BitStreamFilterContext | None


def prepare() -> None:
    """Load what PyAV loads when it meets a stream."""
    importlib.import_module("av.subtitles.stream")


def clean(source: IO[bytes], target: IO[bytes], media_type: str) -> None:
    """Copy sound and pictures.

    Raises:
        NotCleanable: there is neither sound nor picture in it, or a codec that may hold hidden data.
        av.FFmpegError: it is broken, or the new container cannot hold its codec.
    """
    reading, writing = CONTAINERS[media_type]
    with (
        av.open(source, "r", format=reading) as old,
        av.open(target, "w", format=writing, options={"fflags": "+bitexact"}) as new,
    ):
        made = {stream.index: _template(new, stream) for stream in _kept(old)}
        if not made:
            raise NotCleanable("neither sound nor picture")
        new.metadata.clear()
        for packet in old.demux([old.streams[index] for index in made]):
            target_stream, bare_stream = made[packet.stream_index]
            for each in _bare_packets(packet, bare_stream):
                each.stream = target_stream
                new.mux(each)


def _kept(old: Any) -> list[Any]:
    """The streams with sound or moving pictures. A cover picture counts as video in FFmpeg."""
    covers = {"ATTACHED_PIC", "TIMED_THUMBNAILS", "STILL_IMAGE"}
    return [
        stream
        for stream in old.streams
        if stream.type in ("audio", "video") and not covers & {flag.name for flag in stream.disposition}
    ]


def _template(new: Any, stream: Any) -> tuple[Any, Stream]:
    """The stream of the copy, and how packets become bare on the way to it."""
    made = new.add_stream_from_template(stream, opaque=True)
    made.metadata.clear()
    how = bare(stream.codec_context.codec.canonical_name, stream.codec_context.extradata or b"")
    if how.header:
        made.codec_context.extradata = how.header
    through = BitStreamFilterContext(how.bitstream, stream, made) if how.bitstream else None
    return made, Stream(how, through)


def _bare_packets(packet: Any, stream: Stream) -> list[Any]:
    if stream.through is not None:
        return stream.through.filter(packet if packet.dts is not None else None)
    if packet.dts is None or stream.how.packet is None:
        return [] if packet.dts is None else [packet]
    content = stream.how.packet(bytes(packet))
    return [_again(packet, content)] if content else []


def _again(packet: Any, content: bytes) -> Any:
    made = av.Packet(content)
    for name in ("pts", "dts", "duration", "time_base", "is_keyframe"):
        setattr(made, name, getattr(packet, name))
    return made
