"""Pictures, drawn again: nothing but the pixels is taken over, so EXIF, GPS, XMP, comments, colour profiles, thumbnails
and whatever follows the picture stay behind.

The rotation that EXIF names is applied, and colours are brought to sRGB, which every screen assumes.
"""

import io
import warnings
from typing import IO, Any, Final

import pi_heif
from PIL import Image, ImageCms, ImageOps, ImageSequence

from intake.cleaning.errors import Harmful

PIXELS: Final = 120_000_000
"""Most pixels of a picture, or of all frames of an animation; phones make up to 108 million."""
FORMATS: Final = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/gif": ("GIF",),
    "image/webp": ("WEBP",),
    "image/heic": ("HEIF",),
    "image/heif": ("HEIF",),
    "image/avif": ("AVIF",),
}
_SAVED: Final = {"image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_MOVES: Final = frozenset({"GIF", "WEBP", "PNG"})


def prepare() -> None:
    """Load every decoder before limits forbid to open files."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = PIXELS
    pi_heif.register_heif_opener(thumbnails=False)
    Image.init()


def clean(source: IO[bytes], target: IO[bytes], media_type: str) -> None:
    """Draw the picture again, HEIC, HEIF and AVIF as JPEG.

    Raises:
        Harmful: too many pixels.
        Exception: the decoder's, for a broken picture.
    """
    with _opened(source, FORMATS[media_type]) as picture:
        frames = getattr(picture, "n_frames", 1)
        saved = _SAVED.get(media_type, "JPEG")
        if saved in _MOVES and frames > 1:
            _again_moving(picture, frames, target, saved)
        else:
            _again(picture, target, saved)


def _opened(source: IO[bytes], formats: tuple[str, ...]) -> Image.Image:
    try:
        return Image.open(source, formats=formats)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Harmful("too many pixels") from error


def cleaned_bytes(content: bytes, media_type: str) -> bytes:
    """A picture inside another file."""
    target = io.BytesIO()
    clean(io.BytesIO(content), target, media_type)
    return target.getvalue()


def _again(picture: Image.Image, target: IO[bytes], saved: str) -> None:
    if picture.width * picture.height > PIXELS:
        raise Harmful("too many pixels")
    # In place wherever possible: the 108 million pixels of a phone are 324 MB, and there is room for two of them.
    ImageOps.exif_transpose(picture, in_place=True)
    upright = _in_srgb(picture)
    if saved == "JPEG" and upright.mode not in ("RGB", "L"):
        upright = upright.convert("RGB")
    options = {"quality": 90} if saved in ("JPEG", "WEBP") else {}
    _bare(upright).save(target, saved, **options)


def _again_moving(picture: Image.Image, frames: int, target: IO[bytes], saved: str) -> None:
    if picture.width * picture.height * frames > PIXELS:
        raise Harmful("too many pixels")
    durations = []
    drawn = []
    for frame in ImageSequence.Iterator(picture):
        durations.append(frame.info.get("duration", 100))
        drawn.append(_bare(frame.convert("RGBA")))
    drawn[0].save(
        target, saved, save_all=True, append_images=drawn[1:], duration=durations, loop=picture.info.get("loop", 0)
    )


def _in_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "L", "CMYK"):
        return picture
    try:
        of_file = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        here = picture.mode == mode
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, of_file, srgb, outputMode=mode, inPlace=here)
    except ImageCms.PyCMSError:
        return picture  # a broken profile costs the exact colours alone
    return converted or picture


def _bare(picture: Image.Image) -> Image.Image:
    """The pixels, and of everything else only what drawing them needs."""
    kept: dict[str | tuple[int, int], Any] = {
        name: value for name, value in picture.info.items() if name == "transparency"
    }
    picture = picture.copy()
    picture.info = kept
    picture.getexif().clear()
    return picture
