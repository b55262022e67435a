"""What the review page shows: the report as the public and as the agency read it, and the numbers that it holds."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from chassis.pages.render import MASKS
from chassis.pages.texts import N_, texts
from intake import files_ahead
from intake.context import Intake
from intake.pages.filing_form import class_of, complaint_of
from intake.pages.kit import PAGES
from schemas.base.values import ComplaintClass
from schemas.wording.masks import Kind, masked, masked_address, personal

CLASSES: Final[Mapping[str, tuple[str, str]]] = {
    ComplaintClass.COMPLAINT: (N_("Pengaduan"), N_("Ada yang tidak beres dan harus diperbaiki.")),
    ComplaintClass.ASPIRATION: (N_("Aspirasi"), N_("Usulan atau harapan.")),
    ComplaintClass.INFORMATION: (N_("Permintaan informasi"), N_("Anda ingin mengetahui sesuatu.")),
}
SEARCHED: Final = ("isi", "alamat")
"""Fields with words that others read."""


class Found(NamedTuple):
    """A number or address of a person in the words, and what it is."""

    written: str
    kind: str


async def review_of(context: Intake, given: Mapping[str, str], lang: str) -> dict[str, Any]:
    """The values of the page's template."""
    return {
        # As `reporting` masks it unless the matter turns out to be in public space, which nobody has read yet.
        "public_text": masked_address(masked(given.get("isi", ""))),
        "personal": found_in(given, lang),
        "classes": [(name, PAGES.text(words, lang), PAGES.text(why, lang)) for name, (words, why) in CLASSES.items()],
        "class_now": class_of(given),
        "class_words": PAGES.text(CLASSES[ComplaintClass(class_of(given))][0], lang),
        "files": await files_ahead.waiting(context, complaint_of(given)),
        "limits": {kind.value: most for kind, most in context.attachment_bytes.items()},
    }


def found_in(given: Mapping[str, str], lang: str) -> list[Found]:
    """The numbers and addresses of persons, each once, in the order in which they stand."""
    found = dict[str, Found]()
    for text in (given.get(name, "") for name in SEARCHED):
        for each in personal(text):
            written = text[each.start : each.end]
            found.setdefault(written, Found(written, kind_in_words(each.kind, lang)))
    return list(found.values())


def hidden(given: Mapping[str, str], lang: str) -> dict[str, str]:
    """The answers without these numbers: nobody reads them, neither public nor agency."""
    changed = {name: masked(given[name]) for name in SEARCHED if name in given}
    for kind in Kind:
        changed = {name: text.replace(f"[{kind}]", f"[{kind_in_words(kind, lang)}]") for name, text in changed.items()}
    return {**given, **changed, "disembunyikan": "1"}


def kind_in_words(kind: Kind, lang: str) -> str:
    """`nomor telepon`."""
    return texts("chassis", lang).gettext(MASKS[kind])
