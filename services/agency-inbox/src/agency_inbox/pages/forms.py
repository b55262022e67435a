"""The moves of an officer as forms of the case page: which are offered, how they are read, what they do.

A move is offered if `decide` would allow it now; nothing here decides.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple
from uuid import UUID

from pydantic import ValidationError

from agency_inbox import decide
from agency_inbox.access import as_known_to
from agency_inbox.bodies import (
    AcknowledgementBody,
    AssignmentBody,
    ClarificationBody,
    HttpBody,
    NoteBody,
    ProgressBody,
    ResponseBody,
    ReturnBody,
)
from agency_inbox.decide import (
    Acknowledge,
    ActingAgency,
    AddNote,
    Assign,
    Clarify,
    Move,
    RecordProgress,
    Respond,
    Return,
)
from agency_inbox.handlers import parts_of
from agency_inbox.pages.bodies import resolved
from agency_inbox.pages.kit import Office
from agency_inbox.parts import open_parts
from chassis.base.numbers import whole_number
from chassis.pages.forms import faults
from chassis.signin.pages import said
from schemas.base.limits import ANSWER_LEAST
from schemas.base.refusals import PartsOpen, Refusal
from schemas.complaint.state import Complaint

ROUTES: Final[Mapping[str, str]] = {
    "terima": "acknowledgement",
    "kemajuan": "progress",
    "tanya": "clarification",
    "jawab": "response",
    "kembalikan": "return",
    "catatan": "notes",
    "tugaskan": "assignment",
}
"""By the name of a move in forms: the route of the API that does the same, so that one key is one move on both."""
WORDS: Final = frozenset({"kemajuan", "tanya", "jawab", "kembalikan"})
"""Moves with words that somebody wrote while the case may have changed."""
FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "terima": {"unit": "unit"},
    "kemajuan": {"text": "kata_kemajuan"},
    "tanya": {"question": "pertanyaan"},
    "jawab": {"text": "jawaban", "seen_version": ""},
    "kembalikan": {"reason": "alasan", "suggested_agency": "saran", "suggested_unit": "saran_unit"},
    "catatan": {"text": "catatan"},
    "tugaskan": {"officer": "petugas"},
}
"""The form's field of each field of the command."""
_TRY: Final[Mapping[str, Move]] = {
    "terima": Acknowledge(),
    "kemajuan": RecordProgress("x"),
    "tanya": Clarify("x"),
    "kembalikan": Return("x"),
    "catatan": AddNote("x"),
    "tugaskan": Assign(UUID(int=1), known=True),
}


class Offered(NamedTuple):
    """The moves that are possible now. `waits_for`: why the answer must wait, if it must."""

    moves: frozenset[str]
    waits_for: str


NOTHING: Final = Offered(frozenset(), "")
"""Of a case that has left."""


class Wrong(Exception):
    """A form cannot be carried out as it is: sentences by the form's fields."""

    def __init__(self, errors: Mapping[str, str], choices: Mapping[str, str] | None = None) -> None:
        super().__init__(errors)
        self.errors, self.choices = errors, choices or {}


async def offered(office: Office, state: Complaint) -> Offered:
    """Try each."""
    by = ActingAgency(office.agency, office.registry, office.context.clock.now(), office.who)
    loaded = await parts_of(office.context, state)
    parts = {each.state.id: each.state for each in loaded if each.recorded}
    known = {each.state.id: as_known_to(by.who, each.state, each.facts, by.registry) for each in loaded}
    waiting = {part: known.get(part) for part in open_parts(state, parts)}
    answer, waits_for = Respond("x" * ANSWER_LEAST, state.version), ""
    possible = {name for name, command in _TRY.items() if _works(state, by, command)}
    try:
        decide.respond(state, by, answer, waiting)
        possible.add("jawab")
    except PartsOpen as refusal:
        waits_for = said(refusal, office.lang)
    except Refusal:
        pass  # the answer is not among what is possible
    return Offered(frozenset(possible), waits_for)


def _works(state: Complaint, by: ActingAgency, command: Move) -> bool:
    try:
        return bool(decide.move(state, by, command))
    except Refusal:
        return False


def body_of(office: Office, move: str, form: Mapping[str, str]) -> HttpBody:
    """What the form says. Raises Wrong."""
    try:
        return _body(office, move, form)
    except ValidationError as error:
        raise Wrong(faults(error, FIELDS[move], office.lang)) from error


def _body(office: Office, move: str, form: Mapping[str, str]) -> HttpBody:
    def text(name: str) -> str:
        return form.get(name, "").strip()

    match move:
        case "terima":
            return AcknowledgementBody(unit=text("unit") or None)
        case "kemajuan":
            return ProgressBody(text=text("kata_kemajuan"))
        case "tanya":
            return ClarificationBody(question=text("pertanyaan"))
        case "jawab":
            return ResponseBody(text=text("jawaban"), seen_version=whole_number(text("dilihat")) or 0)
        case "catatan":
            return NoteBody(text=text("catatan"))
        case "tugaskan":
            return AssignmentBody.model_validate({"officer": text("petugas") or None})
        case _:
            unit = text("saran_unit") or None
            return ReturnBody(
                reason=text("alasan"),
                suggested_agency=office.agency if unit else _suggested(office, form),
                suggested_unit=unit,
            )


def _suggested(office: Office, form: Mapping[str, str]) -> str | None:
    """The agency that is meant: chosen from those that a name fits, or the only one that it fits."""
    if form.get("saran_pilih"):
        return form["saran_pilih"]
    name = form.get("saran", "").strip()
    if not name:
        return None
    found = resolved(office.registry, name)
    if len(found) == 1:
        return next(iter(found))
    if not found:
        raise Wrong({"saran": office.gettext("Tidak ada instansi dengan nama itu. Periksa ejaannya, atau kosongkan.")})
    raise Wrong({"saran": office.gettext("Nama itu cocok dengan beberapa instansi. Pilih satu di bawah.")}, found)
