"""Every fact, refusal, status, holder and date as one plain sentence, in Indonesian (`id`) and English (`en`)."""

from datetime import datetime

from schemas.events.base import Fact
from schemas.lifecycle import CloseReason, Status
from schemas.refusals import Refusal
from schemas.registry import Registry
from schemas.values import Holder


def sentence(fact: Fact, registry: Registry, lang: str = "id", *, public: bool = False) -> str:
    """What happened, for the timeline. `public` leaves out every free text that is not meant for the public."""


def refusal(no: Refusal, lang: str = "id") -> str:
    """Why not, and what can be done instead."""


def status(value: Status, lang: str = "id", reason: CloseReason | None = None) -> str:
    """The status in a few words."""


def holder(value: Holder, registry: Registry, lang: str = "id") -> str:
    """Who has it, by name."""


def moment(at: datetime, zone: str = "Asia/Jakarta", lang: str = "id") -> str:
    """A date and time in the reader's zone, such as `14 April 2026 pukul 09.30 WIB`."""
