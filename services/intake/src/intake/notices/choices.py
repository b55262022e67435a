"""Which facts the reporter is notified of, by which contact, in which language. Pure."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import AfterValidator

from intake.notices.news import Kind
from schemas.contract.base import InboundModel

Group = Literal["questions", "answers", "progress"]
GROUPS: Final[tuple[Group, ...]] = ("questions", "answers", "progress")
GROUP_OF: Final[Mapping[Kind, Group]] = {
    "asked": "questions",
    "file": "questions",
    "answered": "answers",
    "closed": "answers",
    "received": "progress",
    "placed": "progress",
    "joined": "progress",
    "unjoined": "progress",
    "split": "progress",
    "contested": "progress",
    "raised": "progress",
    "moved": "progress",
    "disputed": "progress",
}
"""Questions wait for the reporter, and unread ones close the report; answers can be disputed for a time only."""


def _once(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    return tuple(group for group in GROUPS if group in groups)


Groups = Annotated[tuple[Group, ...], AfterValidator(_once)]


class NoticeChoices(InboundModel):
    """Which groups of facts go to which contact. An empty list: nothing goes there."""

    language: Literal["id", "en"]
    email: Groups = GROUPS
    phone: Groups = GROUPS


class Recipients(NamedTuple):
    """The usable addresses of a reporter, and what they chose; None: nothing was chosen, so that everything goes to
    `mail`, else to `phone`.
    """

    mail: str | None
    phone: str | None
    chosen: NoticeChoices | None = None

    def of(self, kind: Kind) -> list[str]:
        """Where a fact of this kind goes. What should go to an address that cannot be used goes to the other one."""
        if self.chosen is None:
            return [address for address in [self.mail or self.phone] if address]
        group = GROUP_OF[kind]
        wanted = [(self.mail, group in self.chosen.email), (self.phone, group in self.chosen.phone)]
        if not any(is_wanted for _, is_wanted in wanted):
            return []
        found = [address for address, is_wanted in wanted if address and is_wanted]
        return found or [address for address in (self.mail or self.phone,) if address]

    def language(self, filed_in: str) -> str:
        """Of the notices."""
        return self.chosen.language if self.chosen else filed_in

    def shown(self, filed_in: str) -> NoticeChoices:
        """The choices as they hold now, also if none were made."""
        if self.chosen is not None:
            return self.chosen
        lang: Literal["id", "en"] = "en" if filed_in == "en" else "id"
        mail, phone = (GROUPS, ()) if self.mail else ((), GROUPS)
        return NoticeChoices(language=lang, email=mail, phone=phone)
