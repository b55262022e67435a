"""How forms of pages are read: their text fields, their Idempotency-Key, and what is wrong with a command's fields."""

from collections.abc import Mapping
from secrets import token_bytes
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request
from pydantic import ValidationError

from schemas import wording

KEY: Final = "kunci"
"""The field with the form's Idempotency-Key."""


def new_key() -> str:
    """A key for one form: however often it is sent, it is carried out once."""
    return str(UUID(bytes=token_bytes(16), version=4))


async def _form(request: Request) -> Mapping[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


Form = Annotated[Mapping[str, str], Depends(_form)]
"""The text fields of a form that was sent."""


def key_of(form: Mapping[str, str]) -> str:
    """The form's key; a new one where there is none that is a UUID."""
    try:
        return str(UUID(form.get(KEY, "")))
    except ValueError:
        return new_key()


def faults(error: ValidationError, names: Mapping[str, str], lang: str) -> dict[str, str]:
    """One sentence for each wrong field of a command, by the form's field. `names`: those, by the command's, in the
    order of the page.
    """
    found: dict[str, str] = {}
    for item in error.errors(include_input=False):
        field = ".".join(str(part) for part in item["loc"])
        about = dict(item.get("ctx") or {})
        # "At least 1 character" is not how people say that something is needed.
        kind = "missing" if (item["type"], about.get("min_length")) == ("string_too_short", 1) else item["type"]
        why = wording.found(kind, about, item["msg"], lang)
        found.setdefault(names.get(field, ""), wording.as_sentence(why, lang))
    order = list(names.values())
    return dict(sorted(found.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order)))
