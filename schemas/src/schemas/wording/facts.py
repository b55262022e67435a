"""The sentence of one event: fills its wording with names, dates and texts, without what the public must not read."""

from typing import Any, Final

from schemas.base.sealed import ERASED
from schemas.base.values import Clock, HolderKind
from schemas.events.agency_inbox import ResponseGiven
from schemas.events.base import Fact
from schemas.events.codec import sealed_paths
from schemas.events.router import ComplaintClassified, ComplaintRestated
from schemas.registry.calendars import DEFAULT_ZONE, zone_of
from schemas.registry.fold import Registry
from schemas.wording.dates import CLOCKS, day, moment
from schemas.wording.masks import masked, masked_address
from schemas.wording.matter import matter
from schemas.wording.names import CLASSES, HOLDERS, agency, channel, rung_name
from schemas.wording.reasons import in_question, why
from schemas.wording.sectors import sector
from schemas.wording.words import SENTENCES, VARIANT

PUBLIC: Final = (ComplaintRestated, ResponseGiven)
"""The public may read the text of these: the wording made for the public, and the public answer."""
_SAID: Final = "{said}"
_SAID_AT_END: Final = "{said}."
_ENDED: Final = tuple(f"{mark}”" for mark in ".!?…")
"""Ends of quoted words that end a sentence themselves."""


def sentence(fact: Fact, registry: Registry, lang: str = "id", *, public: bool = False, words: bool = True) -> str:
    """What happened, for the timeline. `public` omits text that is not for the public, and the grade. Without `words`
    nothing that people wrote about the complaint.
    """
    kind = type(fact)
    variant = VARIANT.get(kind)
    wording = SENTENCES[(kind, getattr(fact, variant)) if variant else kind][lang]
    values = _Fill(fact, registry, lang, public=public, words=words)
    if _SAID_AT_END in wording and values["said"].endswith(_ENDED):
        wording = wording.replace(_SAID_AT_END, _SAID)  # one full stop, not `.”.`
    filled = wording.format_map(values)
    return filled[0].upper() + filled[1:]


class _Fill(dict[str, str]):
    """The values of the names in braces, each computed when the wording uses it."""

    def __init__(self, fact: Any, registry: Registry, lang: str, *, public: bool, words: bool) -> None:
        super().__init__()
        self.fact, self.registry, self.lang, self.public, self.words = fact, registry, lang, public, words

    def __missing__(self, key: str) -> str:
        made = getattr(self, f"_{key}", None)
        return str(made() if made else getattr(self.fact, key))

    def _pick(self, indonesian: str, english: str) -> str:
        return indonesian if self.lang == "id" else english

    def _said(self) -> str:
        kind: type[Fact] = type(self.fact)
        text = getattr(self.fact, sealed_paths(kind)[0][0])
        if text is None or not self.words or (self.public and not isinstance(self.fact, PUBLIC)):
            return ""
        if text == ERASED:
            return self._pick(" (teks sudah dihapus)", " (the text is erased)")
        return f": “{(self._for_public(text) if self.public else text).strip()}”"

    def _for_public(self, text: str) -> str:
        # The wording made for the public may come from a report whose position is shown rounded: no sentence knows.
        return masked_address(masked(text)) if isinstance(self.fact, ComplaintRestated) else masked(text)

    def _agency(self) -> str:
        return agency(self.fact.agency, getattr(self.fact, "unit", None), self.registry)

    def _agencies(self) -> str:
        if hasattr(self.fact, "parts"):
            bodies = [agency(part.agency, part.unit, self.registry) for part in self.fact.parts]
        else:
            bodies = [agency(body, None, self.registry) for body in self.fact.agencies]
        return ", ".join(bodies)

    def _successor(self) -> str:
        return agency(self.fact.successor, None, self.registry)

    def _suggested(self) -> str:
        if self.fact.suggested is None:
            return ""
        body = agency(self.fact.suggested, self.fact.suggested_unit, self.registry)
        return self._pick(f" dan menyarankan {body}", f" and suggests {body}")

    def _who(self) -> str:
        if self.fact.agency is not None:
            return agency(self.fact.agency, None, self.registry)
        kind = HolderKind.ARBITER if self.fact.clock is Clock.ARBITRATION else HolderKind.DESK
        return HOLDERS[kind][self.lang]

    def _channel(self) -> str:
        return channel(self.fact.channel, self.lang)

    def _number(self) -> str:
        return str(self.fact.public_number)

    def _rating(self) -> str:
        if self.fact.rating is None:
            return ""
        return self._pick(f" dengan nilai {self.fact.rating} dari 5", f", rated {self.fact.rating} of 5")

    def _class_(self) -> str:
        return CLASSES[self.fact.class_][self.lang]

    def _sector(self) -> str:
        if self.fact.sector is None:
            return ""
        named = sector(self.fact.sector, self.lang)
        reading = isinstance(self.fact, ComplaintClassified)
        return self._pick(f" bidang {named}", f" about {named}") if reading else named

    def _binds(self) -> str:
        # Old decisions recorded neither `matter` nor `alone`: the sentence then says nothing about it.
        if self.fact.matter is not None:
            like = matter(self.fact.matter, self.lang)
            return self._pick(
                f" Putusan ini juga berlaku untuk laporan berikutnya tentang {like}.",
                f" The decision also holds for later reports about {like}.",
            )
        alone = self._pick(" Putusan ini hanya mengikat laporan ini.", " The decision binds this report alone.")
        return alone if self.fact.alone else ""

    def _urgency(self) -> str:
        return self._pick(", mendesak", ", urgent") if self.fact.urgent else ""

    def _why(self) -> str:
        return "" if self.public else why(self.fact, self.registry, self.lang)

    def _in_question(self) -> str:
        return "" if self.public else in_question(self.fact.candidates, self.registry, self.lang)

    def _grade(self) -> str:
        if self.public or not self.fact.supervision:
            return ""
        return self._pick(", berkadar pengawasan", ", of supervision grade")

    def _clock(self) -> str:
        return CLOCKS[self.fact.clock][self.lang]

    def _zone(self) -> str:
        body = self.registry.agencies.get(getattr(self.fact, "agency", None) or "")
        return body.zone if body else "Asia/Jakarta"

    def _is(self) -> str:
        # After an outage a reminder may be sent when its date has already passed.
        if self.fact.at > self.fact.due_at:
            return self._pick("sudah terlewati:", "was")
        return self._pick("adalah", "is")

    def _due(self) -> str:
        return moment(self.fact.due_at, self._zone(), self.lang)

    def _before(self) -> str:
        return moment(self.fact.due_before_at, self._zone(), self.lang)

    def _day(self) -> str:
        on = getattr(self.fact, "valid_from", None) or self.fact.valid_until
        return day(on, self.lang)

    def _effective(self) -> str:
        return day(self.fact.effective_at.astimezone(zone_of(DEFAULT_ZONE)).date(), self.lang)

    def _rung(self) -> str:
        return rung_name(self.fact.rung, self.fact.clock, self.lang)

    def _late(self) -> str:
        # Each clock climbs by itself and the last rung repeats, so the sentence names the clock and the repetition.
        if self.fact.clock is None:
            return self._pick(
                "karena terlambat, laporan ini dinaikkan kepada", "because it is late, the report was raised to"
            )
        clock = self._clock()
        if self.fact.repetition:
            return self._pick(
                f"batas waktu {clock} masih terlewati, laporan ini tetap pada",
                f"the date for {clock} is still missed, the report stays on",
            )
        return self._pick(
            f"karena batas waktu {clock} terlewati, laporan ini dinaikkan kepada",
            f"because the date for {clock} has passed, the report was raised to",
        )

    def _again(self) -> str:
        count = self.fact.repetition + 1
        return self._pick(f" (kali ke-{count})", f" (time {count})") if self.fact.repetition else ""

    def _id(self) -> str:
        return str(self.fact.agency)
