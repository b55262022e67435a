"""Copies of files as phones and offices make them: the content is still there, what the format hides is gone."""

import io
import re
import tempfile
import zipfile

import av
import pikepdf
import pillow_heif
import pytest
from PIL import Image, ImageCms

from intake.cleaning.cleaner import Cleaned, Cleaner, CleaningLimits
from schemas.base.media_types import DOCX, MEDIA_TYPES, PDF, XLSX, FileKind, cleaned_type
from support import files
from support.files import FILES, SECRET

pillow_heif.register_heif_opener()


async def cleaned(content: bytes, media_type: str, limits: CleaningLimits | None = None) -> bytes | None:
    """The copy that the child process made; None: it could not."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(content)
        source.flush()
        made = await Cleaner(limits or CleaningLimits()).clean(source, target, media_type)
        target.seek(0)
        return target.read() if made is Cleaned.CLEANED else None


async def copy_of(content: bytes, media_type: str) -> bytes:
    copy = await cleaned(content, media_type)
    assert copy, f"no copy of {media_type}"
    return copy


def everything_in(content: bytes, media_type: str) -> bytes:
    """With everything unpacked that the format packs."""
    if media_type in (DOCX, XLSX):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return content + b"".join(parts.read(each) for each in parts.namelist()) + parts.comment
    if media_type == PDF:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(content)) as pdf:
            pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
        return content + out.getvalue()
    return content


LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/{SECRET}.png"/>'
    "</Relationships>"
)


def hidden(content: bytes, media_type: str) -> bool:
    found = everything_in(content, media_type)
    return any(SECRET.encode(code) in found for code in ("ascii", "utf-16-le", "utf-16-be"))


def test_every_type_that_is_taken_is_tried() -> None:
    assert set(FILES) == set(MEDIA_TYPES) - {"audio/m4a", "audio/amr-wb"}


@pytest.mark.parametrize("media_type", FILES)
async def test_nothing_hidden_is_left(media_type: str) -> None:
    content = FILES[media_type]()
    assert hidden(content, media_type) or media_type in ("audio/amr", "audio/aac"), "these two can hide nothing"
    assert not hidden(await copy_of(content, media_type), cleaned_type(media_type))


@pytest.mark.parametrize("media_type", [each for each in FILES if MEDIA_TYPES[each].kind is FileKind.PICTURE])
async def test_a_picture_still_shows_the_same(media_type: str) -> None:
    copy = await copy_of(FILES[media_type](), media_type)
    with Image.open(io.BytesIO(copy)) as shown:
        assert Image.MIME[str(shown.format)] == cleaned_type(media_type)
        assert shown.size == (64, 48)
        pixels = shown.convert("RGB")
        left, right = pixels.getpixel((8, 24)), pixels.getpixel((56, 24))
        assert not shown.getexif()
        assert not {"exif", "xmp", "comment", "icc_profile"} & shown.info.keys()
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 150 > 60 > left[2]
    assert right[2] > 150 > 60 > right[0]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
async def test_the_largest_picture_of_a_phone_is_cleaned_within_the_limits() -> None:
    out = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (12_000, 9_000), (9, 99, 9)).save(out, "JPEG", exif=files.exif(6), icc_profile=profile)
    with Image.open(io.BytesIO(await copy_of(out.getvalue(), "image/jpeg"))) as shown:
        assert shown.size == (9_000, 12_000)


@pytest.mark.parametrize(("orientation", "size"), [(1, (64, 48)), (3, (64, 48)), (6, (48, 64)), (8, (48, 64))])
async def test_a_picture_held_sideways_stands_upright(orientation: int, size: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(await copy_of(files.jpeg(orientation), "image/jpeg"))) as shown:
        assert shown.size == size


async def test_the_film_behind_a_motion_photo_is_gone() -> None:
    film = files.film("mp4", "libx264", None)
    assert SECRET.encode() not in await copy_of(files.jpeg(trailer=film), "image/jpeg")


async def test_a_moving_picture_still_moves() -> None:
    copy = await copy_of(files.moving_gif(), "image/gif")
    assert SECRET.encode() not in copy
    with Image.open(io.BytesIO(copy)) as shown:
        assert getattr(shown, "n_frames", 1) == 2


@pytest.mark.parametrize(
    "media_type", [each for each in FILES if MEDIA_TYPES[each].kind in (FileKind.VIDEO, FileKind.AUDIO)]
)
async def test_a_recording_still_plays_as_long(media_type: str) -> None:
    content = FILES[media_type]()
    copy = await copy_of(content, media_type)
    assert played(copy) == played(content)
    with av.open(io.BytesIO(copy)) as recording:
        told = {**recording.metadata, **{k: v for stream in recording.streams for k, v in stream.metadata.items()}}
    assert not {name.lower() for name in told} & {"title", "location", "comment", "artist", "creation_time"}


async def test_what_a_camera_writes_between_the_pictures_is_gone() -> None:
    film = files.film("mp4", "libx264", None)
    assert b"x264 - core" in film, "supplemental information of the encoder"
    assert b"x264 - core" not in await copy_of(film, "video/mp4")


async def test_a_film_held_sideways_stays_upright() -> None:
    """Players turn it by the matrix of its track (ISO/IEC 14496-12, section 8.3.2)."""
    film = bytearray(files.film("mp4", "libx264", None))
    matrix = film.index(b"tkhd") + 4 + 40
    turned = b"".join(n.to_bytes(4, "big") for n in (0, 1 << 16, 0, 0xFFFF0000, 0, 0, 48 << 16, 0, 1 << 30))
    film[matrix : matrix + 36] = turned
    copy = await copy_of(bytes(film), "video/mp4")
    kept = copy.index(b"tkhd") + 4 + 40
    assert copy[kept : kept + 16] == turned[:16]


def played(content: bytes) -> list[tuple[str, int]]:
    """Of each stream its kind and how many frames can be decoded."""
    with av.open(io.BytesIO(content)) as recording:
        return [(stream.type, _frames(content, stream.index)) for stream in recording.streams]


def _frames(content: bytes, index: int) -> int:
    with av.open(io.BytesIO(content)) as recording:
        return sum(1 for _ in recording.decode(recording.streams[index]))


async def test_a_pdf_keeps_its_page_its_note_and_its_photo_and_runs_nothing() -> None:
    with pikepdf.open(io.BytesIO(await copy_of(files.pdf(), PDF))) as copy:
        [page] = copy.pages
        assert page.Annots[0].Contents == "catatan"
        photo = pikepdf.PdfImage(page.Resources.XObject.P).as_pil_image()
        assert photo.size == (64, 48)
        assert not copy.attachments
        assert not {"/OpenAction", "/Metadata"} & set(copy.Root.keys())
        assert "/JavaScript" not in copy.Root.get("/Names", {})
        assert not copy.docinfo.keys()


async def test_a_pdf_that_needs_a_password_cannot_be_cleaned_and_one_that_only_has_an_owner_can() -> None:
    locked = files.pdf(encryption=pikepdf.Encryption(user="rahasia", owner="rahasia"))
    assert await cleaned(locked, PDF) is None
    assert await cleaned(files.pdf(encryption=pikepdf.Encryption(user="", owner="rahasia")), PDF)


async def test_a_document_keeps_its_text_and_its_links_and_loses_its_macros() -> None:
    with zipfile.ZipFile(io.BytesIO(await copy_of(files.docx(), DOCX))) as copy:
        names, text = copy.namelist(), copy.read("word/document.xml").decode()
        links = copy.read("word/_rels/document.xml.rels").decode() + copy.read("word/_rels/settings.xml.rels").decode()
        kinds = copy.read("[Content_Types].xml").decode()
    assert "Lampu padam" in text
    assert "https://contoh.go.id/" in links
    assert "file:" not in links
    assert "INCLUDEPICTURE" not in text
    assert not [name for name in names if "vba" in name or name.startswith("docProps/")]
    assert "macro" not in kinds
    assert "vbaProject" not in links
    with zipfile.ZipFile(io.BytesIO(await copy_of(files.xlsx(), XLSX))) as copy:
        assert "Lampu padam" in copy.read("xl/worksheets/sheet1.xml").decode()


async def test_a_document_does_not_say_how_the_files_of_its_pictures_were_named() -> None:
    drawn = f'<a><docPr name="Picture 1" descr="C:\\Users\\{SECRET}\\foto"/><cNvPr name="{SECRET}.jpg" title="Jalan rusak"/></a>'
    named = {"word/header1.xml": drawn, f"word/media/{SECRET}.png": files.png(), "word/_rels/header1.xml.rels": LINKS}
    content = await copy_of(files.docx(**named), DOCX)
    assert SECRET.encode() not in everything_in(content, DOCX)
    with zipfile.ZipFile(io.BytesIO(content)) as copy:
        text = copy.read("word/header1.xml").decode()
        [target] = re.findall('Target="/([^"]+)"', copy.read("word/_rels/header1.xml.rels").decode())
        assert copy.read(target).startswith(b"\x89PNG"), "the link still leads to the picture"
    assert "Picture 1" in text
    assert "Jalan rusak" in text


@pytest.mark.parametrize("media_type", FILES)
async def test_half_a_file_or_none_never_ends_more_than_the_child(media_type: str) -> None:
    content = FILES[media_type]()
    for broken in (content[: len(content) // 2], content[:8] + bytes(2000)):
        copy = await cleaned(broken, media_type)
        assert copy is None or SECRET.encode() not in copy


async def test_bombs_are_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", b"<Types/>")
        bomb.writestr("word/document.xml", b"<a>" + b" " * (250 * 1024 * 1024))
    assert await cleaned(out.getvalue(), DOCX) is None
    doctype = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    assert await cleaned(files.docx(**{"word/styles.xml": doctype}), DOCX) is None
    huge = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(huge, "PNG")
    assert len(huge.getvalue()) < 100_000
    assert await cleaned(huge.getvalue(), "image/png") is None


@pytest.mark.parametrize("limits", [CleaningLimits(memory_bytes=40 * 1024 * 1024), CleaningLimits(cpu_s=0)])
async def test_a_child_without_memory_or_time_makes_no_copy(limits: CleaningLimits) -> None:
    assert await cleaned(files.jpeg(), "image/jpeg", limits) is None


async def test_a_part_that_is_not_understood_makes_a_document_not_cleanable() -> None:
    assert await cleaned(files.docx(**{"word/media/image2.svg": "<svg/>"}), DOCX) is None
    assert await cleaned(files.docx(**{"word/media/tool.exe": b"MZ"}), DOCX) is None
