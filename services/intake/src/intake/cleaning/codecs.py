"""Hidden data inside the streams of sound and pictures themselves, by codec: what cameras, phones and encoders write
between the pictures and into the decoder's configuration. No player needs it.

A codec that is not listed makes a recording not cleanable.
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final, NamedTuple

from intake.cleaning.errors import NotCleanable
from intake.cleaning.jpeg import without_segments

AVC_KEPT: Final = frozenset({*range(1, 6), *range(7, 12), *range(13, 24)})
"""Types of NAL units of H.264 (table 7-1): all but supplemental information, filler and those left open."""
HEVC_KEPT: Final = frozenset({*range(38)} - {*range(10, 16), *range(22, 32)})
"""Types of NAL units of H.265 (table 7-1): all but supplemental information, filler and the reserved ones."""
SOUND: Final = re.compile(r"aac|mp3|opus|flac|alac|speex|amr_nb|amr_wb|pcm_\w+|adpcm_\w+")
PICTURES: Final = frozenset({"vp8", "vp9", "h263"})
"""Codecs that carry nothing but sound or pictures. Their configuration has no place for words."""
_USER_DATA: Final = re.compile(rb"\x00\x00\x01\xb2.*?(?=\x00\x00\x01|\Z)", re.DOTALL)
"""Of MPEG-4 part 2 (ISO/IEC 14496-2, section 6.2.1)."""
_NO_COMMENTS: Final = b"\x03vorbis" + bytes(8) + b"\x01"
"""An empty comment header (Vorbis I specification, section 5.2.1)."""


class Bare(NamedTuple):
    """`header`: the decoder's configuration without hidden data. `packet`: makes one packet so; empty: leave it out.
    `bitstream`: an FFmpeg filter that does both.
    """

    header: bytes
    packet: Callable[[bytes], bytes] | None = None
    bitstream: str | None = None


def bare(codec: str, header: bytes) -> Bare:
    """How the stream of this codec, by FFmpeg's name, and configuration becomes bare.

    Raises:
        NotCleanable: nobody knows what it holds, or the configuration is broken.
    """
    match codec:
        case "h264":
            return _avc(header)
        case "hevc":
            return _hevc(header)
        case "av1":  # metadata and padding (AV1 specification, section 6.2.2)
            return Bare(header, bitstream="filter_units=remove_types=5|15")
        case "mpeg4":
            return Bare(_without_user_data(header), _without_user_data)
        case "mjpeg":
            return Bare(header, without_segments)
        case "vorbis":
            return Bare(_without_comments(header))
        case _ if codec in PICTURES or SOUND.fullmatch(codec):
            return Bare(header)
    raise NotCleanable("a codec that may hold hidden data")


def _avc(header: bytes) -> Bare:
    # ISO/IEC 14496-15, section 5.3.3: one set of sequence parameters, then one of picture parameters.
    if len(header) < 7 or header[0] != 1:
        raise NotCleanable("no configuration of H.264")
    size = (header[4] & 3) + 1
    return Bare(header, lambda data: _units(data, size, AVC_KEPT, lambda unit: unit[0] & 31))


def _hevc(header: bytes) -> Bare:
    # Section 8.3.3: arrays of NAL units, where encoders also put supplemental information.
    if len(header) < 23 or header[0] != 1:
        raise NotCleanable("no configuration of H.265")
    size, kept, at = (header[21] & 3) + 1, [], 23
    for _ in range(header[22]):
        begin, count = at, int.from_bytes(header[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            at += 2 + int.from_bytes(header[at : at + 2], "big")
        if header[begin] & 63 in HEVC_KEPT:
            kept.append(header[begin:at])
    made = header[:22] + bytes([len(kept)]) + b"".join(kept)
    return Bare(made, lambda data: _units(data, size, HEVC_KEPT, lambda unit: unit[0] >> 1 & 63))


def _units(data: bytes, size: int, kept: Collection[int], kind: Callable[[bytes], int]) -> bytes:
    return b"".join(
        len(unit).to_bytes(size, "big") + unit for unit in _split(data, size) if unit and kind(unit) in kept
    )


def _split(data: bytes, size: int) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + size], "big")
        at += size + length
        if at > len(data):
            raise NotCleanable("a NAL unit without its end")
        yield data[at - length : at]


def _without_user_data(data: bytes) -> bytes:
    return _USER_DATA.sub(b"", data)


def _without_comments(header: bytes) -> bytes:
    """Three packets with their sizes before them, as Matroska keeps them: of comments nothing stays."""
    if not header or header[0] != 2:
        raise NotCleanable("no configuration of Vorbis")
    at, sizes = 1, []
    for _ in range(2):
        size = 0
        while header[at] == 255:
            size, at = size + 255, at + 1
        sizes.append(size + header[at])
        at += 1
    first, rest = header[at : at + sizes[0]], header[at + sum(sizes) :]
    return bytes([2, len(first), len(_NO_COMMENTS)]) + first + _NO_COMMENTS + rest
