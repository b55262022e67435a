"""What a public page says first of a report: its status as a sentence, whose turn it is, and by when. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from chassis.pages.texts import N_
from schemas import wording
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines import timeline_due
from schemas.deadlines.policies import Policies
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.registry.fold import Registry

SENTENCES: Final[Mapping[Status, str]] = {
    Status.UNPLACED: N_("Laporan ini sedang dicarikan instansi yang berwenang."),
    Status.TRIAGE: N_("Laporan ini sedang dibaca petugas pemilah, karena instansinya belum pasti."),
    Status.ROUTED: N_("Laporan ini sudah diteruskan kepada %(holder)s dan menunggu tindak lanjut."),
    Status.IN_PROGRESS: N_("Laporan ini sedang ditangani %(holder)s."),
    Status.AWAITING_REPORTER: N_("%(holder)s menunggu jawaban pelapor."),
    Status.ANSWERED: N_("Laporan ini sudah dijawab %(holder)s; pelapor dapat menyatakan selesai atau menyanggah."),
    Status.ARBITRATION: N_("Ombudsman sedang memutuskan siapa yang harus menangani laporan ini."),
    Status.SPLIT: N_("Laporan ini sedang ditangani beberapa instansi bersama."),
    Status.JOINED: N_("Laporan ini mengikuti laporan lain tentang hal yang sama."),
}
CLOSED: Final = N_("Laporan ini %(ending)s.")
REPORTERS_TURN: Final = frozenset({Status.AWAITING_REPORTER, Status.ANSWERED})
TAGS: Final[Mapping[Status, str]] = {Status.CLOSED: "good", Status.ANSWERED: "turn", Status.AWAITING_REPORTER: "turn"}
STEPS: Final = (N_("Diterima"), N_("Ditempatkan"), N_("Ditindaklanjuti"), N_("Dijawab"), N_("Ditutup"))
_DONE: Final[Mapping[Status, int]] = {
    Status.UNPLACED: 1, Status.TRIAGE: 1, Status.ARBITRATION: 1, Status.ROUTED: 2, Status.IN_PROGRESS: 3,
    Status.AWAITING_REPORTER: 3, Status.SPLIT: 3, Status.ANSWERED: 4, Status.CLOSED: 5,
}  # fmt: skip


class Standing(NamedTuple):
    """Where a report is. `turn`: who must act next; None: nobody. `due_at`: by when, in the holder's `zone`. `step`:
    how many of `STEPS` are done; None: it ended before it was answered, so they would not be true. `reporters`: it
    is the reporter's turn.
    """

    sentence: str
    turn: str | None
    due_at: datetime | None
    zone: str
    step: int | None
    reporters: bool = False


def standing(
    state: Complaint,
    registry: Registry,
    policies: Policies,
    lang: str,
    translate: Callable[..., str],
    lead: Complaint | None = None,
) -> Standing:
    """Of a report that the public may read. `lead`: the one that it follows."""
    holder = registry.holder((lead or state).holder)
    body = registry.agencies.get(holder.agency or (state.routed.agency if state.routed else ""))
    zone = body.zone if body else DEFAULT_ZONE
    if state.status is Status.CLOSED:
        sentence = translate(CLOSED, ending=wording.status(state.status, lang, state.closed))
        return Standing(sentence, None, None, zone, 5 if state.answered_at else None)
    name = wording.holder(holder, registry, lang)
    reporters = state.status in REPORTERS_TURN
    turn = translate(N_("pelapor")) if reporters else name
    due_at = timeline_due(state, registry, policies, lead)
    sentence = translate(SENTENCES[state.status], holder=name)
    return Standing(sentence, turn, due_at, zone, _DONE.get((lead or state).status), reporters)
