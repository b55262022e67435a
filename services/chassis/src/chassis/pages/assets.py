"""Styles and scripts of the pages: held in memory, compressed once, with the hash of their content in the address.

The styles of govuk-frontend are those of the package, without what is not ours to use: its font and its crest.
"""

import re
from collections.abc import Mapping
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from typing import Final

import cramjam

from chassis.base.errors import Permanent
from chassis.pages.compressed import chosen

ROOT: Final = "/aset"
TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
REPORT: Final = ("drafts", "sending", "keep", "list", "offline", "location", "register")
"""What the pages of filing run, as one module."""
MADE_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "satupintu.css": ("vendor/govuk-frontend.css", "satupintu.css"),
    "satupintu.js": ("satupintu.js",),
    "lapor.js": tuple(f"report/{name}.js" for name in REPORT),
    "luring.js": ("report/worker.js",),
    "petugas.js": ("petugas.js",),
    "htmx.js": ("vendor/htmx.js",),
    "tanda.svg": ("tanda.svg",),
}
"""By the name of what is delivered: the files that it is made of, in order."""
FONT: Final = "GDS Transport,arial,sans-serif"
NOTICE: Final = "/*! govuk-frontend, MIT License, Crown copyright; without its font and crest. */\n"
BROTLI: Final = 9
NOT_OURS: Final = (
    "accordion", "breadcrumbs", "character-count", "checkboxes", "cookie-banner", "date-input", "drop-zone",
    "exit-this-page", "feedback", "footer", "generic-header", "grid", "header", "inset-text", "language-navigation",
    "language-select", "main-wrapper", "notification-banner", "pagination", "panel", "password-input", "phase-banner",
    "radios", "section-break", "service-navigation", "summary", "table", "tabs", "task-list", "template",
    "warning-text", "width-container", "!",
)  # fmt: skip
"""Components of govuk-frontend that no page has. A test fails if a template names one."""
_RULE: Final = re.compile(r"([^{}]+)(\{[^{}]*\})")
_EMPTY: Final = re.compile(r"@(media|supports)[^{}]*\{\}")
_FOREIGN: Final = re.compile(rf"\.govuk-(?:{'|'.join(NOT_OURS)})(?![a-z])")


class MissingAsset(Permanent):
    """What the pages deliver was not fetched."""


class Asset:
    """One file that is delivered."""

    def __init__(self, name: str, body: bytes) -> None:
        stem, _, kind = name.rpartition(".")
        self.body, self.media_type = body, TYPES[kind]
        self.address = f"{ROOT}/{stem}.{sha256(body).hexdigest()[:16]}.{kind}"

    @cached_property
    def brotli(self) -> bytes:
        return bytes(cramjam.brotli.compress(self.body, BROTLI))

    @cached_property
    def gzip(self) -> bytes:
        return bytes(cramjam.gzip.compress(self.body, 9))

    def encoded(self, accepted: str) -> tuple[str | None, bytes]:
        """The content in the smallest form that the header Accept-Encoding takes, and that form's name."""
        encoding = chosen(accepted)
        if encoding is None:
            return None, self.body
        return encoding, self.brotli if encoding == "br" else self.gzip


@cache
def assets() -> Mapping[str, Asset]:
    """What is delivered, by name.

    Raises:
        MissingAsset: `make setup` has not fetched it.
    """
    folder = files("chassis.pages").joinpath("static")
    try:
        return {
            name: Asset(name, b"\n".join(_content(part, folder.joinpath(part).read_bytes()) for part in parts))
            for name, parts in MADE_OF.items()
        }
    except FileNotFoundError as error:
        raise MissingAsset(f"{error.filename} is missing: run `make setup`") from error


@cache
def by_address() -> Mapping[str, Asset]:
    """What is delivered, by address."""
    return {asset.address: asset for asset in assets().values()}


def address(name: str) -> str:
    """The address of an asset, such as `satupintu.css`."""
    return assets()[name].address


def _content(part: str, content: bytes) -> bytes:
    return without_foreign(content.decode()).encode() if part.endswith("govuk-frontend.css") else content


def _of_ours(rule: re.Match[str]) -> str:
    """The rule for those of its selectors that a page may have."""
    kept = [each for each in rule[1].split(",") if not _FOREIGN.search(each)]
    return ",".join(kept) + rule[2] if kept else ""


def without_foreign(css: str) -> str:
    """govuk-frontend's styles with our font, without components that no page has, and without addresses of files that
    we do not deliver.
    """
    css = re.sub(r"(/\*!.*?\*/)?@font-face\{[^}]*\}", "", css, flags=re.DOTALL)
    css = _EMPTY.sub("", _EMPTY.sub("", _RULE.sub(_of_ours, css)))  # twice: one may stand in another
    css = css.replace(FONT, "var(--font)").removeprefix('@charset "UTF-8";')
    return NOTICE + re.sub(r"url\([^)]*\)", "none", css)
