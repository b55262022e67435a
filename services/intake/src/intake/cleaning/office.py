"""Documents of Word and Excel (ECMA-376), zipped anew: properties, authors of comments and changes, macros, links to
other files, embedded programs and EXIF in photos stay behind. The text is not touched.

A part that is not understood makes the whole document harmful: what programs such documents can carry is not shown to
anybody as it was sent.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterable
from typing import IO, Final

from lxml import etree

from intake.cleaning import pictures
from intake.cleaning.errors import Harmful, NotCleanable

PARTS: Final = 5_000
UNPACKED: Final = 200 * 1024 * 1024
"""Most bytes of all parts together."""
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
_DROPPED: Final = re.compile(
    r"^(docProps/|customXml/|(word|xl)/(vbaProject(Signature\w*)?\.bin|vbaData\.xml|people\.xml)|xl/(revisions|userNames)"
    r"|_xmlsignatures/|customUI/|(word|xl)/_rels/(vbaProject|vbaData)\.)",
    re.IGNORECASE,
)
_EMPTIED: Final = re.compile(
    r"/(embeddings|printerSettings|activeX)/[^/]+\.(bin|docx|xlsx|pptx|doc|xls|ole)$", re.IGNORECASE
)
"""Parts that others refer to: emptied, so that the document still opens."""
_UNSAFE: Final = re.compile(r"^xl/(macrosheets|dialogsheets)/", re.IGNORECASE)
_PICTURES: Final = {
    "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
}  # fmt: skip
_PLAIN: Final = frozenset({"emf", "wmf", "odttf"})
"""Drawings and fonts: without authors, places or programs."""
_MACROS: Final = re.compile(r"\.macroEnabled\.|\.template\.|\.macroEnabledTemplate\.", re.IGNORECASE)
_NAMES: Final = frozenset({"author", "initials", "userId", "displayName", "providerId", "userName", "lastModifiedBy"})
_SOURCES: Final = frozenset(
    {"sourceFile", "odcFile", "connection", "command", "ddeService", "ddeTopic", "progId", "dataSource"}
)
_DRAWN: Final = frozenset({"docPr", "cNvPr"})
_MEDIA: Final = re.compile(r"^(word|xl)/media/[^/]*\.(\w+)$")
_FILE: Final = re.compile(r"[\\/]|\.[A-Za-z0-9]{3,4}$")
"""What Word writes as the name or description of a picture: the file on somebody's disk, often with its folder."""
_TEXT: Final = frozenset({"author", "lastModifiedBy"})
_GONE: Final = frozenset({"absPath", "docVars", "mailMerge", "attachedSchema", "revisionPtr", "fileSharing"})
_REACHES_OUT: Final = re.compile(r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|DATABASE|IMPORT)\b", re.IGNORECASE)
_WEB: Final = re.compile(r"^(https?|mailto|tel):", re.IGNORECASE)
NOBODY: Final = "-"
NOWHERE: Final = "about:blank"


def prepare() -> None:
    """Load what is loaded late, before limits forbid to open files."""
    pictures.prepare()
    "".encode("cp437")  # zip files name their parts in it


def clean(source: IO[bytes], target: IO[bytes]) -> None:
    """Write the document anew.

    Raises:
        Harmful: it unpacks to too much, holds a part that cannot be made safe, or is broken.
    """
    try:
        _zip_anew(source, target)
    except Exception as error:
        raise Harmful("a document that cannot be made safe") from error


def _zip_anew(source: IO[bytes], target: IO[bytes]) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        parts = [each for each in old.infolist() if not each.is_dir()]
        if len(parts) > PARTS or sum(each.file_size for each in parts) > UNPACKED:
            raise NotCleanable("unpacks to too much")
        kept = _names(each.filename for each in parts)
        for each in parts:
            if each.filename in kept:
                content = _cleaned(each.filename, _read(old, each), kept)
                new.writestr(zipfile.ZipInfo(kept[each.filename], _FIRST_DAY), content, zipfile.ZIP_DEFLATED)


def _names(parts: Iterable[str]) -> dict[str, str]:
    """The parts that stay, and their names in the copy: some programs name a picture as its file was named."""
    kept = [each for each in parts if not _DROPPED.match(each)]
    return {each: _MEDIA.sub(rf"\1/media/image{number}.\2", each) for number, each in enumerate(kept, 1)}


def _read(old: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with old.open(part) as file:
        content = file.read(part.file_size + 1)
    if len(content) != part.file_size:
        raise NotCleanable("a part is larger than it says")
    return content


def _cleaned(name: str, content: bytes, kept: dict[str, str]) -> bytes:
    if _UNSAFE.match(name):
        raise NotCleanable("holds macros of Excel 4")
    if _EMPTIED.search(name):
        return b""
    suffix = name.rpartition(".")[2].lower()
    if suffix in _PICTURES:
        return pictures.cleaned_bytes(content, _PICTURES[suffix])
    if suffix in ("xml", "rels", "vml"):
        return _xml(name, content, kept)
    if suffix not in _PLAIN:
        raise NotCleanable("holds a part of an unknown kind")
    return content


def _xml(name: str, content: bytes, kept: dict[str, str]) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    tree = etree.fromstring(content, parser)
    if tree.getroottree().docinfo.doctype:
        raise NotCleanable("an XML part declares entities")
    if name.endswith(".rels"):
        _links(name, tree, kept)
    elif name == "[Content_Types].xml":
        _types(tree, kept)
    else:
        _people(tree)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


def _links(name: str, tree: etree._Element, kept: dict[str, str]) -> None:
    folder = posixpath.dirname(posixpath.dirname(name))
    for link in list(tree):
        goes_to = link.get("Target", "")
        if link.get("TargetMode") == "External":
            if not (link.get("Type", "").endswith("/hyperlink") and _WEB.match(goes_to)):
                link.set("Target", NOWHERE)
            continue
        path = goes_to.lstrip("/") if goes_to.startswith("/") else posixpath.normpath(posixpath.join(folder, goes_to))
        if path not in kept:
            tree.remove(link)
        elif kept[path] != path:
            link.set("Target", f"/{kept[path]}")


def _types(tree: etree._Element, kept: dict[str, str]) -> None:
    for each in list(tree):
        part = each.get("PartName")
        if part is not None and part.lstrip("/") not in kept:
            tree.remove(each)
            continue
        if part is not None:
            each.set("PartName", f"/{kept[part.lstrip('/')]}")
        kind = each.get("ContentType", "")
        if _MACROS.search(kind):
            plain = "document" if "word" in kind else "sheet"
            family = "wordprocessingml" if "word" in kind else "spreadsheetml"
            each.set("ContentType", f"application/vnd.openxmlformats-officedocument.{family}.{plain}.main+xml")


def _people(tree: etree._Element) -> None:
    """Names, paths and sources of data. A file of another standard than expected loses nothing but names."""
    for each in list(tree.iter(etree.Element)):
        local = etree.QName(each).localname
        if local in _GONE:
            _remove(each)
            continue
        if local in _TEXT and each.text:
            each.text = NOBODY
        if local in ("instrText", "fldSimple") and _REACHES_OUT.search(each.text or "".join(each.values())):
            each.text = ""
            for attribute in each.attrib:
                each.set(attribute, "")
        for attribute in each.attrib:
            a_file = local in _DRAWN and _FILE.search(each.get(attribute) or "")
            a_name = local != "Font" and etree.QName(attribute).localname in _NAMES
            if a_file or a_name:
                each.set(attribute, NOBODY)
            elif etree.QName(attribute).localname in _SOURCES and local in ("connection", "dbPr", "ddeLink", "olapPr"):
                each.set(attribute, "")


def _remove(each: etree._Element) -> None:
    # `mc:AlternateContent` may not be left without content.
    holder = each.getparent()
    while holder is not None and etree.QName(holder).localname in ("Choice", "AlternateContent", "Fallback"):
        each, holder = holder, holder.getparent()
    if holder is not None:
        holder.remove(each)
