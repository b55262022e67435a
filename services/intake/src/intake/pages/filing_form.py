"""The form of filing: its steps and fields, what was answered so far, and the command that it makes."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from chassis.signin.pages import said
from intake import decide
from intake.context import Intake
from intake.filing import Filing
from intake.pages import pin
from intake.pages.kit import KEY, PAGES, faults, key_of
from schemas.base.refusals import InvalidField
from schemas.base.values import ComplaintClass
from schemas.contract.submission import Complaining

STEP: Final = "langkah"
TO: Final = "ke"
STEPS: Final = ("kata", "tempat", "mirip", "kontak", "tinjau")
ASKED: Final = ("kata", "tempat", "kontak")
"""The steps that are counted: likeness is asked only where there is a like report."""
LIKE: Final = "mirip"
SEND: Final = "kirim"
SEARCH: Final = "cari"
SEARCHED: Final = "dicari"
"""The field with the name of a region that was searched for already."""
UNKNOWN: Final = "tidak_tahu"
HIDE: Final = "sembunyikan"
MORE_FILES: Final = "berkas"
REMOVE: Final = "hapus:"
SUPPORT: Final = "dukung:"
OTHER: Final = "lain"
"""The field that says for which answers the reporter said that the like reports are about something else."""
PROPOSED: Final = "usul"
"""The class that the words seem to be of."""
COMPARED: Final = ("isi", "wilayah", "alamat", "pin")
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "kata": ("isi", "tanggal"),
    "tempat": ("wilayah", "nama_wilayah", "cari_wilayah", "alamat", *pin.FIELDS),
    "mirip": (OTHER, PROPOSED),
    "kontak": ("nama", "surel", "telepon", "anonim", "rahasia"),
    "tinjau": ("jenis", "disembunyikan"),
}
"""By the step that asks for them."""
NAMES: Final[Mapping[str, str]] = {
    "text": "isi",
    "occurred_on": "tanggal",
    "place.region": "cari_wilayah",
    "place.address": "alamat",
    "class": "jenis",
}
"""The form's field of each field of the command that can be wrong."""
MOST_TYPED: Final = 20_000


def given_in(form: Mapping[str, str]) -> dict[str, str]:
    """The answers so far. A choice of a region holds its name behind its code."""
    names = [KEY, *(name for fields in FIELDS.values() for name in fields)]
    given = {name: form[name][:MOST_TYPED] for name in names if form.get(name)}
    code, split, name = given.get("wilayah", "").partition("|")
    if split:
        given |= {"wilayah": code, "nama_wilayah": name}
    return {**given, KEY: key_of(given)}


def without(given: Mapping[str, str], step: str) -> dict[str, str]:
    """The answers without those of a step."""
    return {name: value for name, value in given.items() if name not in FIELDS[step]}


def errors_in(context: Intake, given: Mapping[str, str], lang: str) -> dict[str, str]:
    """One sentence for each wrong answer, by its field."""
    if pin.is_wrong(given):
        return {"pin": PAGES.text(pin.WRONG, lang)}
    try:
        decide.check(command_of(given, lang), context.clock.now())
    except ValidationError as error:
        return faults(error, NAMES, lang)
    except InvalidField as refusal:
        return {NAMES.get(str(refusal.data["field"]), ""): said(refusal, lang)}
    return {}


def place_of(given: Mapping[str, str]) -> dict[str, Any] | None:
    """The place as the API takes it; None: nothing was said."""
    place: dict[str, Any] = {"region": given.get("wilayah") or None, "address": given.get("alamat", "").strip() or None}
    place |= pin.place(given)
    return place if any(place.values()) else None


def class_of(given: Mapping[str, str]) -> str:
    """What was chosen, else what is proposed, else a complaint."""
    found = given.get("jenis") or given.get(PROPOSED)
    return found if found in tuple(ComplaintClass) else ComplaintClass.COMPLAINT.value


def command_of(given: Mapping[str, str], lang: str) -> Complaining:
    """Raises ValidationError."""
    person = {"name": given.get("nama"), "email": given.get("surel"), "phone": given.get("telepon")}
    return Complaining.model_validate(
        {
            "class": class_of(given),
            "text": given.get("isi", ""),
            "occurred_on": given.get("tanggal") or None,
            "place": place_of(given),
            "reporter": person if any(person.values()) else None,
            "anonymous": "anonim" in given,
            "secret": "rahasia" in given,
            "language": lang,
        }
    )


def filing_of(given: Mapping[str, str], lang: str) -> Filing:
    """Raises ValidationError."""
    return Filing("", key_of(given), command_of(given, lang))


def complaint_of(given: Mapping[str, str]) -> UUID:
    """The complaint that this form becomes when it is filed."""
    return Filing("", key_of(given), Complaining(text="-")).complaint


def answers_digest(given: Mapping[str, str]) -> str:
    """Changes when words or place do, so that likeness is asked again."""
    told = "\n".join(given.get(name, "") for name in COMPARED)
    return sha256(told.encode()).hexdigest()[:16]
