"""A report as the desk's and the arbiter's pages show it, and whether it changed while somebody wrote about it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response

from chassis.base.numbers import whole_number
from chassis.pages.forms import KEY, key_of, new_key
from chassis.pages.surroundings import surroundings
from chassis.pages.texts import N_
from chassis.signin.pages import language_of
from chassis.write.loaded import LoadedStream
from chassis.write.precondition import UNCONDITIONAL
from router import handlers
from router.context import Router
from router.desk.decide import DecisionContext
from router.http.cases import Office, case_file
from router.http.desk import DeskRequest
from router.pages.bodies import SEARCH as BODIES
from router.pages.bodies import option_of
from router.pages.candidates import cards
from router.pages.desk_forms import parts_in
from router.pages.kit import SEARCH, translator
from router.placement import views
from schemas.access.accused import is_kept_from
from schemas.access.principal import Principal, client_of
from schemas.base import limits
from schemas.base.refusals import InvalidField, VersionMismatch
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines import timeline_due
from schemas.deadlines.policies import with_decrees
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated, DeadlineMissed, DueDateMoved, ReminderSent
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.registry.fold import Registry
from schemas.wording import sentence
from schemas.wording.casefile import timeline
from schemas.wording.masks import masked, masked_address
from schemas.wording.names import CHANNELS, CLASSES, agency, holder
from schemas.wording.sectors import sector

QUIET: Final = frozenset(kind.__name__ for kind in (ComplaintEscalated, DeadlineMissed, DueDateMoved, ReminderSent))
"""What time brings about changes nothing of what a person decides on."""
ARCHIVE_REASONS: Final = {
    "content": N_("isinya tidak pantas, misalnya menghina"),
    "too_old": N_("kejadiannya sudah terlalu lama"),
    "not_about_public_service": N_("bukan tentang pelayanan publik"),
    "unintelligible": N_("tidak dapat dipahami"),
    "reporter_wish": N_("atas permintaan pelapor"),
    "duplicate": N_("laporan yang sama sudah ditangani"),
}
SHORT: Final = 280
"""Characters of a like report that are shown."""


class Seen:
    """What somebody saw of a report before they sent a form about it. `version`: as the form holds it."""

    def __init__(self, version: str, loaded: LoadedStream) -> None:
        self._version = seen if (seen := whole_number(version)) is not None else -1
        self._loaded = loaded
        self._newest = max((each.version for each in loaded.recorded if each.type not in QUIET), default=-1)

    def check(self, state: Complaint) -> None:
        """Raises VersionMismatch: something happened since."""
        if self._newest > self._version or state.version > self._loaded.state.version:
            raise VersionMismatch(actual=state.version)

    async def happened(self, context: Router, lang: str) -> Sequence[Mapping[str, Any]]:
        """What happened since, each with its sentence."""
        registry = await context.registry.current()
        since = [each for each in self._loaded.facts() if each.version > self._version]
        return [one for one in timeline(since, registry, lang) if one["type"] not in QUIET]


class SeenRequest(DeskRequest):
    """A change that is asked for on a page: refused if the report changed since the page was made."""

    def __init__(self, context: Router, who: Principal, key: str, client: str, lang: str, seen: Seen) -> None:
        super().__init__(context, who, key, client, None, UNCONDITIONAL, lang, Response())
        self._seen = seen

    def known_to(self, office: Office, decision: handlers.DeskDecision) -> handlers.DeskDecision:
        def decided(state: Complaint, by: DecisionContext) -> list[Fact]:
            self._seen.check(state)
            return decision(state, by)

        return super().known_to(office, decided)


def asked_with(
    request: Request, context: Router, who: Principal, form: Mapping[str, str], loaded: LoadedStream
) -> SeenRequest:
    """The change that a form asks for, as the API would have it. `loaded`: the report as it is now."""
    seen = Seen(form.get("versi", ""), loaded)
    return SeenRequest(context, who, key_of(form), client_of(who), language_of(request), seen)


async def changed_since(
    request: Request, context: Router, form: Mapping[str, str], loaded: LoadedStream
) -> Sequence[Mapping[str, Any]]:
    """What happened since the form was shown, each with its sentence."""
    return await Seen(form.get("versi", ""), loaded).happened(context, language_of(request))


def check_changed(form: Mapping[str, str], state: Complaint, title: str | None, text: str | None) -> None:
    """A form that words a report anew must not hold the very words that its page showed. Of an older page nothing is
    said here, since what it asks for may be done already.

    Raises:
        InvalidField: nothing would change.
    """
    written = [" ".join(form.get(name, "").split()) for name in ("judul", "kata")]
    shown = [" ".join((each or "").split()) for each in (title, text)]
    if whole_number(form.get("versi", "")) == state.version and written == shown:
        raise InvalidField(field="text", why="is unchanged, so nothing was saved")


async def shown_case(
    request: Request, context: Router, who: Principal, loaded: LoadedStream, form: Mapping[str, str]
) -> dict[str, Any]:
    """What a page shows of a report that `who` may read. `form`: what was written in its forms."""
    lang, translate, registry = language_of(request), translator(request), await context.registry.current()
    file, state = await case_file(context, who, loaded, lang), loaded.state
    chosen, searched = form.get("instansi", ""), form.get(SEARCH, "")
    shown = cards(file, registry, lang, translate)
    on_cards = {card.value for card in shown}
    found = [each for each in BODIES.of(registry).find(searched) if each.value not in on_cards]
    if chosen and chosen not in on_cards | {each.value for each in found}:
        found = [option_of(chosen, registry), *found]
    in_force = with_decrees(context.policies, registry)
    return {
        "file": file,
        "lang_class": CLASSES[state.class_][lang],
        "channel": CHANNELS.get(state.channel, {}).get(lang, ""),
        "addressed": agency(state.addressed_to, None, registry) if state.addressed_to else "",
        "zone": DEFAULT_ZONE,
        "now": context.clock.now(),
        "due_at": timeline_due(state, registry, context.policies),
        "why_here": sentence(state.referred, registry, lang) if state.referred else "",
        "understood": _understood(file, lang, translate),
        "place": await _place(context, state),
        "cards": shown,
        "found": found,
        "like": await _like(context, file, registry, lang),
        "followers": await _followers(context, who, loaded.state.id, registry),
        "history": list(reversed(timeline(loaded.facts(), registry, lang, file_names=not state.anonymous))),
        "archive_reasons": [(name, translate(text)) for name, text in ARCHIVE_REASONS.items()],
        "parts": parts_in(form),
        "periods": {rule.clock.value: rule.amount for rule in in_force.at(context.clock.now()).rules.values()},
        "key_field": KEY,
        "key": new_key,
        "note_most": limits.NOTE,
        "body_most": limits.BODY,
        "title_most": limits.TITLE,
    }


def _understood(file: Mapping[str, Any], lang: str, translate: Any) -> str:
    """As what the report was read, in a sentence; empty if it was not read yet."""
    basis = file["basis"] or {}
    if basis.get("sector") is None:
        return ""
    words = ", ".join(f"“{word}”" for word in basis.get("words") or ())
    named = sector(basis["sector"], lang)
    if words:
        return str(
            translate(N_("Dibaca sebagai laporan tentang %(field)s, dari kata %(words)s."), field=named, words=words)
        )
    return str(translate(N_("Dibaca sebagai laporan tentang %(field)s."), field=named))


async def _place(context: Router, state: Complaint) -> dict[str, Any]:
    """The place as it was given: the region's name, the address, the point."""
    place = state.place
    if place is None:
        return {"region": None, "address": None, "picture": ""}
    reader = (await context.placement_context.current()).reader
    region = reader.place_name(place.region) or place.region
    return {"region": region, "address": place.address, "picture": surroundings(place)}


async def _like(context: Router, file: Mapping[str, Any], registry: Registry, lang: str) -> list[dict[str, Any]]:
    """The reports that it may repeat, as the public reads them."""
    suggested = file["suggestions"]
    loaded = await context.repository.load_many([UUID(each["complaint"]) for each in suggested])
    return [
        {**each, "percent": round(each["likeness"] * 100), **public_words(one.state, registry, lang, SHORT)}
        for each, one in zip(suggested, loaded, strict=True)
    ]


def public_words(state: Complaint, registry: Registry, lang: str, most: int = limits.BODY) -> dict[str, Any]:
    """Title and text of a report as the public reads them, and who holds it."""
    return {
        "title": masked_address(masked(state.restated_title or state.title or "")),
        "text": _short(masked_address(masked(state.restated_text or state.text)), most),
        "held_by": holder(state.holder, registry, lang),
    }


async def _followers(context: Router, who: Principal, complaint: UUID, registry: Registry) -> list[Complaint]:
    found = await context.database.read(lambda connection: views.followers_of(connection, complaint))
    return [
        each.state
        for each in await context.repository.load_many(found)
        if each.state.status is Status.JOINED and not is_kept_from(who, each.state, registry)
    ]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()} ..."
