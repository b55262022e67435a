"""The kit with router's templates and texts, and what its forms have in common."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request
from pydantic import ValidationError

from chassis.pages.forms import faults
from chassis.pages.render import Kit
from chassis.pages.texts import N_
from chassis.signin.forms import FIELD
from chassis.signin.pages import Found, language_of, said
from chassis.signin.session import csrf_token
from router.pages.desk_forms import BodyUnclear
from schemas.base.refusals import InvalidField, NotSignedIn, Refusal

PAGES: Final = Kit("router.pages")
MOVE: Final = "tindakan"
GO: Final = "ke"
SEARCH: Final = "cari"
"""The value of `GO` that searches for a body, and the field with what is searched for."""
NONE_OF_NAME: Final = N_("Tidak ada instansi dengan nama itu. Periksa ejaannya.")
SEVERAL: Final = N_("Ada beberapa instansi dengan nama itu. Pilih salah satu.")


def guard(found: Found | None) -> dict[str, str]:
    """The hidden field that says that a form is of this session. Raises NotSignedIn."""
    if found is None:
        raise NotSignedIn
    return {FIELD: csrf_token(found.id)}


def errors_of(error: ValidationError | Refusal, names: Mapping[str, str], lang: str) -> dict[str, str]:
    """One sentence for each wrong field, by the form's field; of a refusal without a field under "". `names`: the
    form's fields by the command's.
    """
    if isinstance(error, ValidationError):
        return faults(error, names, lang)
    field = names.get(str(error.data.get("field", "")), "") if isinstance(error, InvalidField) else ""
    return {field: said(error, lang)}


def unclear_errors(unclear: BodyUnclear, translate: Any) -> dict[str, str]:
    """One sentence for each field in which a body's name was typed that there is not, or several of."""
    return {field: translate(SEVERAL if several else NONE_OF_NAME) for field, several in unclear.options.items()}


def translator(request: Request) -> Any:
    """The package's texts in the reader's language, with their placeholders filled in."""
    lang = language_of(request)
    return lambda message, **values: PAGES.text(message, lang, **values)
