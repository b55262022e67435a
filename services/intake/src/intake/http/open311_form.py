"""The form of a GeoReport POST as clients send it: urlencoded or multipart, with repeated, empty and unknown fields.

An empty field is an absent one (GeoReport v2, "Optional Arguments"). Field names that clients spell differently get the
standard's name.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request
from pydantic_core import from_json, to_json
from starlette.datastructures import UploadFile

from intake.settings import FORM_BYTES
from intake.uploads import SizeLimits, Upload, upload_of
from schemas.base.limits import ATTACHMENTS, REQUEST_BYTES
from schemas.base.refusals import InvalidField

URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
MAX_FIELDS: Final = 1_000
_ALIASES: Final = {"deviceid": "device_id", "media_urls": "media_url", "attribute": "attributes"}
_SUBSCRIPT: Final = re.compile(r"\[\d*\]$")
_ATTRIBUTE: Final = re.compile(r"attributes?\[([^\]]+)\](?:\[[^\]]*\])*$")
_NEXT_URL: Final = re.compile(r"[\s,]+(?=https?://)", re.IGNORECASE)
Fields = Iterable[tuple[str, str]]


class SentForm(NamedTuple):
    """A form. `fields`: the ones that are not empty, in their order; a name may be there more than once."""

    fields: tuple[tuple[str, str], ...]
    photos: tuple[Upload, ...] = ()

    def plain(self) -> dict[str, str]:
        """The last value of each name."""
        return dict(self.fields)

    def media_urls(self) -> list[str]:
        """Every address: of repeated fields, of `media_url[]`, and of lists with commas. A comma within one stays."""
        return [url for name, value in self.fields if name == "media_url" for url in _NEXT_URL.split(value)]

    def attributes(self) -> dict[str, list[str]]:
        """Values by code, of `attribute[code]`, `attribute[code][]`, and of JSON in `attribute` or `attributes`."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            match = _ATTRIBUTE.match(name)
            pairs = [(match[1], value)] if match else _in_json(value) if name == "attributes" else []
            for code, each in pairs:
                found.setdefault(code, []).append(each)
        return found

    def content(self) -> bytes:
        """Equal for equal forms: every field, known or not, and every picture, in any order."""
        return to_json([sorted(self.fields), sorted(photo.digest for photo in self.photos)])


@asynccontextmanager
async def read_form(request: Request, most: SizeLimits) -> AsyncIterator[SentForm]:
    """The request's form; its files are open until the block ends. `most`: largest sizes of files.

    Raises:
        InvalidField: of another type, or not in UTF-8.
        HTTPException: too large, or a multipart body without an end.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == URLENCODED:
        yield SentForm(tuple(_named(_urlencoded(await request.body()))))
    elif kind == MULTIPART:
        async with _multipart(request, ATTACHMENTS * max(most.values()) + FORM_BYTES) as sent:
            yield sent
    else:
        raise InvalidField(field="Content-Type", why="must be application/x-www-form-urlencoded or multipart/form-data")


def _urlencoded(body: bytes) -> Fields:
    try:
        return parse_qsl(body.decode(), errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise InvalidField(field="request", why="is no form in UTF-8") from error


@asynccontextmanager
async def _multipart(request: Request, most: int) -> AsyncIterator[SentForm]:
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise HTTPException(411)
    if int(length) > most:
        raise HTTPException(413)
    async with request.form(max_files=MAX_FIELDS, max_fields=MAX_FIELDS, max_part_size=REQUEST_BYTES) as form:
        given = form.multi_items()
        texts = [(name, value) for name, value in given if isinstance(value, str)]
        photos = [await upload_of(value) for _, value in given if isinstance(value, UploadFile)]
        # Browsers send an empty file without a name for a file field that was left empty.
        yield SentForm(tuple(_named(texts)), tuple(photo for photo in photos if photo.size or photo.name))


def _named(fields: Fields) -> Iterator[tuple[str, str]]:
    for name, value in fields:
        plain = name.strip()
        if not _ATTRIBUTE.match(plain):
            plain = _SUBSCRIPT.sub("", plain)
            plain = _ALIASES.get(plain, plain)
        if value.strip():
            yield plain, value.strip()


def _in_json(text: str) -> Iterable[tuple[str, str]]:
    try:
        given = from_json(text)
    except ValueError:
        return [("attributes", text)]
    if isinstance(given, dict):
        return [(str(code), each) for code, value in given.items() for each in _words(value)]
    return [pair for each in (given if isinstance(given, list) else [given]) for pair in _in_entry(each)]


def _in_entry(entry: Any) -> Iterable[tuple[str, str]]:
    # [{"code": "WHISHETN", "value": "123"}], as in a service's definition.
    code = (entry.get("code") or entry.get("name")) if isinstance(entry, dict) else None
    if code is None or "value" not in entry:
        return [("attributes", word) for word in _words(entry)]
    return [(str(code), each) for each in _words(entry["value"])]


def _words(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each if isinstance(each, str) else to_json(each).decode() for each in values if each not in (None, "")]
