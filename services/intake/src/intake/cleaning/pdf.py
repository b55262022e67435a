"""PDF without hidden data: document information, XMP, scripts, embedded files, forms' XFA, authors of annotations, EXIF
in photos, and earlier versions of pages, which saving anew leaves out.

Pages look as before; links to web pages stay.
"""

from collections.abc import Iterator
from typing import IO, Any, BinaryIO, Final, cast

import pikepdf
from pikepdf import Array, Dictionary, Pdf, Stream
from pikepdf.sanitize import Sanitizer

from intake.cleaning.errors import NotCleanable
from intake.cleaning.pdf_images import make_bare

_ANYWHERE: Final = ("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/EF", "/OPI", "/Thumb", "/ID", "/SpiderInfo")
"""Entries that no reader needs, whatever object has them (ISO 32000-2)."""
_OF_NOTES: Final = ("/T", "/CreationDate", "/M", "/NM", "/RC", "/Subj")
"""Who wrote an annotation, and when. `/T` of a form field is its name."""
_SIGNATURES: Final = ("/Sig", "/DocTimeStamp")
_OF_SIGNATURES: Final = (
    "/Contents", "/Cert", "/Name", "/Location", "/Reason", "/ContactInfo", "/M", "/Prop_Build", "/Reference",
    "/ByteRange",
)  # fmt: skip
"""Who signed, where and when, and the certificate. A copy that was changed has no valid signature anyway."""
_NO_NOTES: Final = ("/Widget", "/Link")
_CARRY_FILES: Final = ("/FileAttachment", "/Sound", "/Movie", "/Screen", "/3D", "/RichMedia")


def prepare() -> None:
    """Nothing is loaded late: pikepdf and its decoders come with the module."""


def clean(source: IO[bytes], target: IO[bytes]) -> None:
    """Write the PDF anew.

    Raises:
        NotCleanable: it needs a password, or hides data where it cannot be taken out.
        Exception: it is broken, or a photo in it is.
    """
    try:
        pdf = Pdf.open(cast("BinaryIO", source))
    except pikepdf.PasswordError as error:
        raise NotCleanable("needs a password") from error
    with pdf:
        (
            Sanitizer()
            .remove_javascript()
            .remove_external_access()
            .remove_attachments()
            .remove_multimedia()
            .remove_thumbnails()
            .remove_search_index()
            .remove_web_capture()
            .remove_private_app_data()
            .remove_collection()
            .apply(pdf)
        )
        _bare_document(pdf)
        for each in pdf.objects:
            for inner in list(_with_inner(each)):
                _bare_object(inner)
        pdf.remove_unreferenced_resources()
        pdf.save(cast("BinaryIO", target), deterministic_id=True, encryption=False)


def _bare_document(pdf: Pdf) -> None:
    for name in ("/Info", "/ID"):
        if name in pdf.trailer:
            del pdf.trailer[name]
    for name in ("/OpenAction", "/AA", "/Perms", "/Legal", "/DSS"):
        if name in pdf.Root:
            del pdf.Root[name]
    if "/AcroForm" in pdf.Root and "/XFA" in pdf.Root.AcroForm:
        del pdf.Root.AcroForm.XFA
    for page in pdf.pages:
        if "/Annots" in page:
            kept = [note for note in page.Annots if note.get("/Subtype") not in _CARRY_FILES]
            page.Annots = Array(kept)


def _bare_object(each: Any) -> None:
    for name in _ANYWHERE:
        # A file's identifier and an outline's `/ID` differ: only metadata is taken from what pages are drawn with.
        if name in each and not (name == "/ID" and each.get("/Type") is not None):
            del each[name]
    if each.get("/Subtype") is not None and "/Rect" in each and each.get("/Subtype") not in _NO_NOTES:
        for name in _OF_NOTES:
            if name in each:
                del each[name]
    if each.get("/Type") in _SIGNATURES or "/ByteRange" in each:
        for name in _OF_SIGNATURES:
            if name in each:
                del each[name]
    if isinstance(each, Stream):
        make_bare(each)


def _with_inner(each: Any) -> Iterator[Any]:
    """An object, and what is written inside it; what it refers to is an object of its own."""
    if isinstance(each, Dictionary | Stream):
        yield each
        inner = [value for _, value in each.items()]
    else:
        inner = list(each) if isinstance(each, Array) else []
    for value in inner:
        if isinstance(value, Dictionary | Array) and not value.is_indirect:
            yield from _with_inner(value)
