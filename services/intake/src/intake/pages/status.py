"""What the tracking page says first: the status as a sentence to the reporter, whose turn it is, by when. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from chassis.pages.texts import N_
from schemas.complaint.lifecycle import Status

SENTENCES: Final[Mapping[Status, str]] = {
    Status.UNPLACED: N_("Laporan Anda sudah diterima dan sedang dicarikan instansi yang berwenang."),
    Status.TRIAGE: N_("Laporan Anda sedang dibaca petugas pemilah, karena instansinya belum pasti."),
    Status.ROUTED: N_("Laporan Anda sudah diteruskan kepada %(holder)s dan menunggu tindak lanjut."),
    Status.IN_PROGRESS: N_("Laporan Anda sedang ditangani %(holder)s."),
    Status.AWAITING_REPORTER: N_("Ada pertanyaan untuk Anda dari %(holder)s."),
    Status.ANSWERED: N_("Laporan Anda sudah dijawab %(holder)s. Apakah masalahnya selesai?"),
    Status.ARBITRATION: N_("Ombudsman sedang memutuskan siapa yang harus menangani laporan Anda."),
    Status.SPLIT: N_("Laporan Anda sedang ditangani beberapa instansi bersama."),
    Status.JOINED: N_("Laporan Anda mengikuti laporan lain tentang hal yang sama."),
}
CLOSED: Final = N_("Laporan ini %(ending)s.")
STEPS: Final = (N_("Diterima"), N_("Ditempatkan"), N_("Ditindaklanjuti"), N_("Dijawab"), N_("Ditutup"))
STEP_NOW: Final[Mapping[Status, int]] = {
    Status.UNPLACED: 1,
    Status.TRIAGE: 1,
    Status.ARBITRATION: 1,
    Status.ROUTED: 2,
    Status.IN_PROGRESS: 3,
    Status.AWAITING_REPORTER: 3,
    Status.SPLIT: 3,
    Status.ANSWERED: 4,
    Status.CLOSED: 5,
}
"""How many of the steps are done."""
REPORTERS_TURN: Final = frozenset({Status.AWAITING_REPORTER, Status.ANSWERED})


class Headline(NamedTuple):
    """What stands above everything else. `turn`: who must act, None after the end. `step`: how many steps are done;
    None: the report ended before it was answered, so the steps would not be true. `due`: the next date, as the API
    has it.
    """

    sentence: str
    turn: str | None
    yours: bool
    step: int | None
    due: Mapping[str, Any] | None


def headline(page: Mapping[str, Any], translate: Callable[..., str]) -> Headline:
    """From the tracking page of the API. `translate`: a text with its placeholders."""
    status = Status(page["status"])
    holder = page["holder_name"]
    if status is Status.CLOSED:
        step = STEP_NOW[status] if page["answered_at"] else None
        return Headline(translate(CLOSED, ending=page["status_text"]), None, False, step, _open_to_dispute(page["due"]))
    followed = Status(page["lead"]["status"]) if status is Status.JOINED and page["lead"] else status
    yours = status in REPORTERS_TURN or any(part["question"] for part in page["parts"])
    turn = translate(N_("Anda")) if yours else turn_of(followed, holder, translate(N_("pelapor laporan itu")))
    sentence = translate(SENTENCES[status], holder=holder)
    return Headline(sentence, turn, yours, STEP_NOW.get(followed), _next(page["due"]))


def turn_of(status: Status, holder: str | None, reporter: str) -> str | None:
    """Who must act next on another report; None: nobody. `holder`, `reporter`: what they are called."""
    if status is Status.CLOSED:
        return None
    return reporter if status in REPORTERS_TURN else holder


def parts(page: Mapping[str, Any], translate: Callable[..., str]) -> list[tuple[str, Mapping[str, Any] | None]]:
    """Each part on the tracking page of the API: how it stands and whose turn it is, and the next date."""
    return [(_part(part, translate), _next(part["due"])) for part in page["parts"]]


def _part(part: Mapping[str, Any], translate: Callable[..., str]) -> str:
    if part["status"] == Status.CLOSED:  # then nobody holds it
        return f"{part['status_text'][:1].upper()}{part['status_text'][1:]}."
    if part["question"]:
        return translate(N_("Giliran Anda: %(holder)s menunggu jawaban Anda."), holder=part["holder_name"])
    return translate(N_("Giliran %(holder)s: %(status)s."), holder=part["holder_name"], status=part["status_text"])


def _next(due: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return next((one for one in due if one["state"] == "running"), None)


def _open_to_dispute(due: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return next((one for one in due if one["state"] == "open"), None)
