"""The pages' own texts by gettext. The source language is Indonesian: a text is written where it is shown, and
a catalogue `locale/en.po` of each package holds the English one. What has no translation is therefore shown in
Indonesian, and never as a key.

The catalogues are read at start, so nothing is compiled and kept. Sentences that the API also says are in
`schemas.wording`.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE: Final = "id"
LANGUAGES: Final = {"id": "Bahasa Indonesia", "en": "English"}
"""Each by its own name."""


def N_(text: str) -> str:  # noqa: N802 - the name by which gettext's tools find texts
    """Mark a text for the catalogue where it is translated later."""
    return text


@cache
def texts(package: str, lang: str) -> NullTranslations:
    """The texts of a top-level package such as `intake` and of the kit, in this language."""
    if lang == SOURCE:
        return NullTranslations()
    found = _read(package, lang)
    if package != "chassis":
        found.add_fallback(texts("chassis", lang))
    return found


def _read(package: str, lang: str) -> NullTranslations:
    path = files(package).joinpath("locale", f"{lang}.po")
    if not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(path.read_bytes()), lang))
    compiled.seek(0)
    return GNUTranslations(compiled)
