"""The arbiter's decision as a form: the bodies in question with what each said, and which later reports it covers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chassis.pages.texts import N_
from router.http.desk import DecisionBody
from router.http.regions import regions_named
from router.pages.bodies import Option, body_in, value_of
from router.pages.candidates import Card
from router.pages.desk_forms import CHOSEN, BodyUnclear
from router.registry.mandates import AgencyUnit
from schemas.base.values import Level, Matter
from schemas.complaint.fold import RecordedFact
from schemas.complaint.state import Complaint
from schemas.events.agency_inbox import ComplaintReturned, ResponseGiven
from schemas.events.intake import DetailAdded, OmbudsmanRequested, ResolutionDisputed
from schemas.registry.fold import Registry
from schemas.wording.matter import matter
from schemas.wording.names import agency
from schemas.wording.sectors import SECTORS

ALONE, AS_READ, OTHER = "sendiri", "baca", "lain"
"""Reach of a decision: this report alone, later ones like it as it was read, or later ones that the arbiter names."""
REGION: Final = "wilayah"
LEVELS: Final = {
    Level.REGENCY: N_("pemerintah kabupaten atau kota"),
    Level.PROVINCE: N_("pemerintah provinsi"),
    Level.NATIONAL: N_("pemerintah pusat"),
}
NAMES: Final = {
    "agency": "instansi", "unit": "instansi", "reason": "alasan", "sector": "bidang", "level": "tingkat",
    "region": REGION, "alone": "jangkauan",
}  # fmt: skip
"""Fields of the form, by the command's."""


def command_of(form: Mapping[str, str]) -> DecisionBody:
    """What the form says. Raises ValidationError, BodyUnclear: the region has no or several regions of its name."""
    given: dict[str, Any] = {**body_in(form.get("instansi", "")), "reason": form.get("alasan", "")}
    match form.get("jangkauan"):
        case "sendiri":
            given["alone"] = True
        case "lain":
            given |= {"sector": form.get("bidang") or None, "level": form.get("tingkat") or None}
            given["region"] = _region(form) if given["level"] != Level.NATIONAL else None
        case _:
            pass
    return DecisionBody.model_validate(given)


def _region(form: Mapping[str, str]) -> str | None:
    if chosen := form.get(REGION + CHOSEN):
        return chosen
    typed = form.get(REGION, "").strip()
    if not typed:
        return None
    found = regions_named(typed)
    whole = [each for each in found if each.name.casefold() == typed.casefold()]
    if len(whole or found) != 1:
        options = [Option(each.code, f"{each.name}, {each.within}" if each.within else each.name) for each in found]
        raise BodyUnclear({REGION: options})
    return (whole or found)[0].code


def reach_of(file: Mapping[str, Any], lang: str, translate: Any) -> list[tuple[str, str, str]]:
    """The choices of the reach, each with what it means."""
    choices = [
        (ALONE, translate(N_("Hanya laporan ini")), translate(N_("Laporan berikutnya ditempatkan seperti biasa.")))
    ]
    if file["supervision"]:
        return choices
    like = translate(N_("Juga laporan berikutnya yang sejenis"))
    if file["matter"] is not None:
        holds = matter(Matter.model_validate(file["matter"]), lang)
        choices.append((AS_READ, like, translate(N_("Tentang %(matter)s."), matter=holds)))
    return [
        *choices,
        (
            OTHER,
            translate(N_("Juga laporan berikutnya yang saya sebut")),
            translate(N_("Sebutkan bidang, tingkat, dan wilayahnya di bawah.")),
        ),
    ]


def sectors_of(lang: str) -> list[tuple[str, str]]:
    """Every sector with its name, by name."""
    return sorted(
        ((id_, names[0 if lang == "id" else 1]) for id_, names in SECTORS.items()), key=lambda each: each[1].casefold()
    )


def in_question(
    state: Complaint, history: Sequence[RecordedFact], file: Mapping[str, Any], registry: Registry, translate: Any
) -> list[Card]:
    """The bodies that were asked, suggested or considered, each with what it said."""
    found: dict[str, list[str]] = {}

    def add(body: AgencyUnit, reason: str = "") -> None:
        found.setdefault(value_of(body), []).extend([reason] if reason else [])

    for one in history:
        if isinstance(one.fact, ComplaintReturned):
            add(
                AgencyUnit(one.fact.agency),
                translate(N_("Mengembalikan laporan ini: “%(reason)s”"), reason=one.fact.reason),
            )
            if one.fact.suggested is not None:
                by = agency(one.fact.agency, None, registry)
                suggested = AgencyUnit(one.fact.suggested, one.fact.suggested_unit)
                add(suggested, translate(N_("Disarankan oleh %(body)s."), body=by))
    for each in file["candidates"]:
        add(AgencyUnit(each["agency"], each["unit"]), translate(N_("Mungkin berwenang menurut isi laporan.")))
    if state.addressed_to is not None:
        add(AgencyUnit(state.addressed_to), translate(N_("Dituju oleh pelapor.")))
    living = {value: reasons for value, reasons in found.items() if _lives(value, registry)}
    return [
        Card(value, agency(*_named(value), registry), reasons, 0, returned=False) for value, reasons in living.items()
    ]


def _named(value: str) -> tuple[str, str | None]:
    body = body_in(value)
    return body["agency"], body.get("unit")


def _lives(value: str, registry: Registry) -> bool:
    body = registry.agencies.get(_named(value)[0])
    return body is not None and body.alive


def sides(history: Sequence[RecordedFact], registry: Registry, translate: Any) -> dict[str, list[dict[str, Any]]]:
    """What the reporter and what the agencies said, in order: who, when, and their words."""
    reporter, agencies = list[dict[str, Any]](), list[dict[str, Any]]()
    for one in history:
        match one.fact:
            case ResolutionDisputed(reason=text):
                reporter.append({"at": one.fact.at, "what": translate(N_("Menyanggah jawaban")), "text": text})
            case OmbudsmanRequested(reason=text):
                reporter.append({"at": one.fact.at, "what": translate(N_("Meminta Ombudsman memeriksa")), "text": text})
            case DetailAdded(text=text):
                reporter.append({"at": one.fact.at, "what": translate(N_("Menambahkan keterangan")), "text": text})
            case ComplaintReturned(agency=body, reason=text):
                back = translate(N_("%(body)s mengembalikan laporan"), body=agency(body, None, registry))
                agencies.append({"at": one.fact.at, "what": back, "text": text})
            case ResponseGiven(agency=body, text=text):
                gave = translate(N_("%(body)s menjawab"), body=agency(body, None, registry))
                agencies.append({"at": one.fact.at, "what": gave, "text": text})
            case _:
                pass
    return {"reporter": reporter, "agencies": agencies}
