"""Names of statuses, holders, classes, channels and rungs, in Indonesian and English."""

from typing import Final

from schemas.base.values import Clock, ComplaintClass, Holder, HolderKind
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.registry.fold import Registry
from schemas.wording.dates import Bilingual

STATUSES: Final[dict[Status, Bilingual]] = {
    Status.UNPLACED: {
        "id": "sedang dicarikan instansi yang berwenang",
        "en": "being placed with the responsible agency",
    },
    Status.TRIAGE: {"id": "sedang dipilah oleh petugas", "en": "being sorted by the triage desk"},
    Status.ROUTED: {
        "id": "sudah diteruskan, menunggu tindak lanjut",
        "en": "forwarded, waiting for the agency to begin",
    },
    Status.IN_PROGRESS: {"id": "sedang dikerjakan", "en": "being worked on"},
    Status.AWAITING_REPORTER: {"id": "menunggu jawaban pelapor", "en": "waiting for the reporter's answer"},
    Status.ANSWERED: {"id": "sudah dijawab, menunggu tanggapan pelapor", "en": "answered, waiting for the reporter"},
    Status.ARBITRATION: {"id": "menunggu putusan Ombudsman", "en": "waiting for the Ombudsman's decision"},
    Status.SPLIT: {"id": "sedang dikerjakan beberapa instansi", "en": "being worked on by several agencies"},
    Status.JOINED: {"id": "mengikuti laporan lain yang sama", "en": "following another report of the same matter"},
    Status.CLOSED: {"id": "ditutup", "en": "closed"},
}
ENDINGS: Final[dict[CloseReason, Bilingual]] = {
    CloseReason.CONFIRMED: {"id": "selesai menurut pelapor", "en": "settled, as the reporter confirmed"},
    CloseReason.SILENCE: {
        "id": "ditutup karena pelapor tidak menanggapi jawaban",
        "en": "closed because the reporter did not reply to the answer",
    },
    CloseReason.INCOMPLETE: {
        "id": "ditutup karena laporan tidak dilengkapi",
        "en": "closed because the report was not completed",
    },
    CloseReason.ARCHIVED: {"id": "diarsipkan oleh petugas", "en": "archived by the triage desk"},
    CloseReason.WITHDRAWN: {"id": "dicabut", "en": "withdrawn"},
    CloseReason.ERASED: {
        "id": "ditutup karena data pelapor dihapus",
        "en": "closed because the reporter's data was erased",
    },
    CloseReason.PART_ANSWERED: {"id": "bagian ini sudah dijawab", "en": "this part is answered"},
}
HOLDERS: Final[dict[HolderKind, Bilingual]] = {
    HolderKind.ROUTER: {"id": "penempatan otomatis Satupintu", "en": "Satupintu's automatic placement"},
    HolderKind.DESK: {"id": "petugas pemilah nasional", "en": "the national triage desk"},
    HolderKind.AGENCY: {"id": "instansi", "en": "an agency"},
    HolderKind.ARBITER: {"id": "Ombudsman", "en": "the Ombudsman"},
    HolderKind.LEAD: {"id": "pemegang laporan utama", "en": "whoever holds the lead report"},
    HolderKind.NOBODY: {"id": "tidak ada, karena sudah ditutup", "en": "nobody, since it is closed"},
}
CLASSES: Final[dict[ComplaintClass, Bilingual]] = {
    ComplaintClass.COMPLAINT: {"id": "pengaduan", "en": "a complaint"},
    ComplaintClass.ASPIRATION: {"id": "aspirasi", "en": "an aspiration"},
    ComplaintClass.INFORMATION: {"id": "permintaan informasi", "en": "a request for information"},
}
CHANNELS: Final[dict[str, Bilingual]] = {
    "web": {"id": "situs web", "en": "the website"},
    "app": {"id": "aplikasi", "en": "the app"},
    "sms": {"id": "SMS", "en": "SMS"},
    "whatsapp": {"id": "WhatsApp", "en": "WhatsApp"},
    "email": {"id": "surel", "en": "e-mail"},
    "open311": {"id": "Open311", "en": "Open311"},
    "desk": {"id": "loket", "en": "a service counter"},
}
RUNGS: Final[dict[int, Bilingual]] = {
    1: {"id": "kepala unit", "en": "the head of the unit"},
    2: {"id": "badan pengawas di atasnya", "en": "the supervising body"},
    3: {"id": "Ombudsman", "en": "the Ombudsman"},
    4: {"id": "daftar publik laporan yang diabaikan", "en": "the public list of ignored reports"},
}
CONTENT: Final[dict[str, Bilingual]] = {
    "personal_data": {"id": "memuat data pribadi seseorang", "en": "it holds somebody's personal data"},
    "insult": {"id": "memuat penghinaan atau kebencian", "en": "it holds insults or hatred"},
    "indecent": {"id": "isinya cabul atau mengerikan", "en": "its content is indecent or cruel"},
    "advertising": {"id": "berisi iklan atau penipuan", "en": "it is advertising or a fraud"},
    "untrue": {"id": "menuduh seseorang tanpa dasar", "en": "it accuses somebody without grounds"},
    "other": {"id": "ada sebab lain", "en": "there is another reason"},
}
"""Why the public should not read a report, by `ContentReason`."""
OPERATOR: Final[Bilingual] = {"id": "operator nasional", "en": "the national operator"}
"""Who is told when the triage desk is late: no agency supervises the desk."""


def rung_name(rung: int, clock: Clock | None, lang: str = "id") -> str:
    """Who is told on that rung when that clock has run out."""
    return OPERATOR[lang] if (rung, clock) == (2, Clock.TRIAGE) else RUNGS[rung][lang]


def status(value: Status, lang: str = "id", reason: CloseReason | None = None) -> str:
    """The status in a few words; for a closed complaint how it ended."""
    return ENDINGS[reason][lang] if reason is not None else STATUSES[value][lang]


def holder(value: Holder, registry: Registry, lang: str = "id") -> str:
    """The holder by name."""
    if value.agency is None:
        return HOLDERS[value.kind][lang]
    return agency(value.agency, value.unit, registry)


def held_by(value: Holder, registry: Registry) -> dict[str, str | None]:
    """The holder as data of a refusal: an id for programs, and an agency's name for people."""
    name = agency(value.agency, value.unit, registry) if value.agency is not None else None
    return {"holder": str(value), "holder_name": name}


def agency(body: str, unit: str | None, registry: Registry) -> str:
    """The name of an agency, with its unit; its id if the registry does not have it."""
    found = registry.agencies.get(body)
    name = found.name if found else body
    if unit is None:
        return name
    return f"{found.units.get(unit, unit) if found else unit}, {name}"


def channel(name: str, lang: str = "id") -> str:
    """The channel's name; its id if it has none."""
    return CHANNELS.get(name, {}).get(lang, name)
