"""Files as phones and offices make them, each with `SECRET` wherever its format hides data."""

import io
import zipfile
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
import pikepdf
import pillow_heif
from PIL import Image, ImageCms, PngImagePlugin

SECRET = "Kenari7"
_NAME = SECRET.encode()
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><who>{SECRET}</who></x:xmpmeta>'.encode()


def picture(size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Red on the left, blue on the right, so that a rotation shows."""
    made = Image.new("RGB", size, (200, 20, 20))
    made.paste((20, 20, 200), (size[0] // 2, 0, size[0], size[1]))
    return made


def exif(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[0x010F], made[0x0110], made[0x0112] = "Maker", SECRET, orientation
    made[0x8298] = SECRET
    made.get_ifd(0x8825).update(
        {1: "S", 2: (6.0, 54.0, 51.1), 3: "E", 4: (107.0, 36.0, 35.0), 29: "2026:03:04", 27: _NAME}
    )
    return made


def _saved(form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture().save(out, form, **options)
    return out.getvalue()


def jpeg(orientation: int = 1, trailer: bytes = b"") -> bytes:
    """EXIF with GPS, XMP, a comment and, as a motion photo, a film behind it."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return _saved("JPEG", exif=exif(orientation), comment=_NAME, xmp=XMP, icc_profile=profile) + trailer


def png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return _saved("PNG", pnginfo=info, exif=exif())


def gif() -> bytes:
    return _saved("GIF", comment=_NAME)


def moving_gif() -> bytes:
    return _saved(
        "GIF", comment=_NAME, save_all=True, append_images=[picture().rotate(180)], duration=[100, 200], loop=0
    )


def webp() -> bytes:
    return _saved("WEBP", exif=exif(), xmp=XMP)


def avif() -> bytes:
    return _saved("AVIF", exif=exif(), xmp=XMP)


def heic() -> bytes:
    out = io.BytesIO()
    made = pillow_heif.from_pillow(picture())
    made.save(out, exif=exif().tobytes(), xmp=XMP, quality=90)
    return out.getvalue()


def heif() -> bytes:
    """The brand that some Android phones write."""
    made = heic()
    return made.replace(b"ftypheic", b"ftypmif1", 1)


def pdf(**options: object) -> bytes:
    """Information, XMP, a script, an embedded file, a note with its author, and a photo with GPS."""
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(200, 200))
    made.docinfo["/Author"] = SECRET
    with made.open_metadata() as meta:
        meta["dc:creator"] = [SECRET]
    photo = pikepdf.Stream(made, jpeg())
    photo.update({
        "/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 64, "/Height": 48,
        "/ColorSpace": pikepdf.Name.DeviceRGB, "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode,
    })  # fmt: skip
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=photo))
    page.Contents = pikepdf.Stream(made, b"q 100 0 0 100 0 0 cm /P Do Q")
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{SECRET}')")
    made.Root.OpenAction = script
    made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["a", made.make_indirect(script)]))
    made.attachments["a.txt"] = pikepdf.AttachedFileSpec(made, _NAME, filename=f"{SECRET}.txt")
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents="catatan", T=SECRET
    )
    page.Annots = pikepdf.Array([made.make_indirect(note)])
    page.PieceInfo = pikepdf.Dictionary(App=pikepdf.Dictionary(Private=SECRET))
    out = io.BytesIO()
    made.save(out, compress_streams=False, **options)  # type: ignore[arg-type]
    return out.getvalue()


_CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/>'
    '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>{}</Types>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
    "</Relationships>"
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{SECRET}</dc:creator></cp:coreProperties>'
)


def _link(name: str, kind: str, target: str, mode: str = "") -> str:
    return f'<Relationship Id="{name}" Type="{_REL}/{kind}" Target="{target}"{mode}/>'


def _zipped(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
        made.comment = _NAME
    return out.getvalue()


def docx(**more: str | bytes) -> bytes:
    """Properties, a comment's and a change's author, a template on somebody's disk, a photo with GPS, macros."""
    external = ' TargetMode="External"'
    main = "application/vnd.ms-word.document.macroEnabled.main+xml"
    return _zipped({
        "[Content_Types].xml": _CONTENT_TYPES.format(f'<Override PartName="/word/document.xml" ContentType="{main}"/>'),
        "_rels/.rels": _RELS.format(
            _link("r1", "officeDocument", "word/document.xml") + _link("r2", "metadata/core-properties", "docProps/core.xml")
        ),
        "docProps/core.xml": _CORE,
        "word/document.xml": (
            f'<w:document xmlns:w="{_W}"><w:body><w:p><w:ins w:id="1" w:author="{SECRET}" w:date="2026-03-04T00:00:00Z">'
            '<w:r><w:t>Lampu padam</w:t></w:r></w:ins><w:r><w:instrText>INCLUDEPICTURE "http://x.example/p"</w:instrText></w:r>'
            "</w:p></w:body></w:document>"
        ),
        "word/comments.xml": f'<w:comments xmlns:w="{_W}"><w:comment w:id="1" w:author="{SECRET}" w:initials="{SECRET}"/></w:comments>',
        "word/settings.xml": f'<w:settings xmlns:w="{_W}"/>',
        "word/_rels/settings.xml.rels": _RELS.format(_link("r1", "attachedTemplate", f"file:///C:/Users/{SECRET}/a.dotm", external)),
        "word/_rels/document.xml.rels": _RELS.format(
            _link("r1", "image", "media/image1.jpeg") + _link("r2", "vbaProject", "vbaProject.bin")
            + _link("r3", "hyperlink", "https://contoh.go.id/", external) + _link("r4", "comments", "comments.xml")
        ),
        "word/media/image1.jpeg": jpeg(),
        "word/vbaProject.bin": _NAME,
        **more,
    })  # fmt: skip


def xlsx() -> bytes:
    """Properties, a comment's author, somebody's folder, a workbook on somebody's disk."""
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    path = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"
    return _zipped({
        "[Content_Types].xml": _CONTENT_TYPES.format(f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/>'),
        "_rels/.rels": _RELS.format(_link("r1", "officeDocument", "xl/workbook.xml") + _link("r2", "core", "docProps/core.xml")),
        "docProps/core.xml": _CORE,
        "xl/workbook.xml": (
            f'<workbook xmlns="{_X}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:r="{_REL}">'
            f'<fileSharing userName="{SECRET}"/><mc:AlternateContent><mc:Choice Requires="x15">'
            f'<x15ac:absPath xmlns:x15ac="{path}" url="C:\\Users\\{SECRET}"/></mc:Choice></mc:AlternateContent>'
            '<sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _RELS.format(_link("r1", "worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{_X}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Lampu padam</t></is></c></row>'
            "</sheetData></worksheet>"
        ),
        "xl/comments1.xml": f'<comments xmlns="{_X}"><authors><author>{SECRET}</author></authors><commentList/></comments>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": _RELS.format(
            _link("r1", "externalLinkPath", f"file:///C:/Users/{SECRET}/b.xlsx", ' TargetMode="External"')
        ),
    })  # fmt: skip


def film(container: str, video: str | None, audio: str | None, seconds: float = 0.5, rate: int = 8000) -> bytes:
    """A film or a recording with a position and a title in its tags."""
    out = io.BytesIO()
    options = {"movflags": "use_metadata_tags"} if container in ("mp4", "mov") else {}
    with av.open(out, "w", format=container, options=options) as made:
        made.metadata.update({"title": SECRET, "location": f"+06-107/{SECRET}", "comment": SECRET, "artist": SECRET})
        if video:
            stream = made.add_stream(video, rate=10)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p" if video == "mjpeg" else "yuv420p"
        if audio:
            sound = made.add_stream(audio, rate=rate, layout="mono")
        if video:
            for number in range(int(seconds * 10)):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 * number % 255, np.uint8), format="rgb24")
                made.mux(stream.encode(frame))
            made.mux(stream.encode(None))
        if audio:
            size = sound.codec_context.frame_size or 160
            form = sound.codec_context.format.name
            planar = np.zeros((1, size), {"s16": np.int16, "s32": np.int32}.get(form.removesuffix("p"), np.float32))
            for number in range(max(2, int(seconds * rate / size))):
                tone = av.AudioFrame.from_ndarray(planar, format=form, layout="mono")
                tone.sample_rate, tone.pts, tone.time_base = rate, number * size, Fraction(1, rate)
                made.mux(sound.encode(tone))
            made.mux(sound.encode(None))
    return out.getvalue()


def amr() -> bytes:
    return film("amr", None, "libopencore_amrnb")


FILES: dict[str, Callable[[], bytes]] = {
    "image/jpeg": jpeg,
    "image/png": png,
    "image/gif": gif,
    "image/webp": webp,
    "image/heic": heic,
    "image/heif": heif,
    "image/avif": avif,
    "application/pdf": pdf,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": docx,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": xlsx,
    "video/mp4": lambda: film("mp4", "libx264", "aac"),
    "video/quicktime": lambda: film("mov", "libx264", "aac"),
    "video/3gpp": lambda: film("3gp", "libx264", "libopencore_amrnb"),
    "video/webm": lambda: film("webm", "libvpx", None),
    "audio/mp4": lambda: film("ipod", None, "aac"),
    "audio/mpeg": lambda: film("mp3", None, "libmp3lame", rate=16000),
    "audio/ogg": lambda: film("ogg", None, "libopus", rate=48000),
    "audio/amr": amr,
    "audio/aac": lambda: film("adts", None, "aac"),
    "audio/wav": lambda: film("wav", None, "pcm_s16le"),
}
"""One file of each type that is taken."""
