"""Of a case, what other services own: followers and like reports, the reporter's identity, a split, what the public
sees of the photos.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from agency_inbox.pages.bodies import resolved
from agency_inbox.pages.forms import Wrong
from agency_inbox.pages.kit import Office, show
from chassis.pages.calls import Answer
from chassis.pages.forms import key_of
from chassis.pages.parts import Call, asked, do
from schemas.base.client_keys import is_uuid

PARTS: Final = 3
"""Parts that one form names."""
PHOTOS: Final = {"perlihatkan": "release", "tarik": "revocation"}
"""Moves with a photo, and the route of intake's API for each."""
PHOTO: Final = "foto"
MOVES: Final = frozenset({"pelapor", "bagi", *PHOTOS})
"""Moves that other services own."""


async def beside(request: Request, office: Office, complaint: UUID) -> dict[str, Any]:
    """The reports that follow this one and those that look the same; None: they cannot be shown now."""
    at = f"/api/v1/agencies/{office.agency}/inbox/{complaint}"
    calls = {"followers": Call(f"{at}/followers", {"lang": office.lang}),
             "like": Call(f"{at}/suggestions", {"lang": office.lang})}  # fmt: skip
    found = await asked(request, calls)
    followers, like = found["followers"], found["like"]
    return {
        "followers": None if followers is None else followers["followers"],
        "like": None if like is None else like["suggestions"],
    }


async def carry_out(request: Request, office: Office, complaint: UUID, name: str, form: Mapping[str, str]) -> Response:
    """Ask who complained, split the case, or let the public see a photo. Raises Wrong, StoreUnavailable."""
    if name == "pelapor":
        return await _reader(request, office, complaint, form)
    if name in PHOTOS:
        await _photo(request, office, complaint, name, form)
    else:
        await _split(request, office, complaint, form)
    suffix = f"&instansi={office.agency}" if len(office.bodies) > 1 else ""
    return RedirectResponse(f"/petugas/{complaint}?berhasil={name}{suffix}", HTTPStatus.SEE_OTHER)


async def _reader(request: Request, office: Office, complaint: UUID, form: Mapping[str, str]) -> Response:
    reason = form.get("alasan_pelapor", "").strip()
    if not reason:
        raise Wrong({"alasan_pelapor": office.gettext("Alasan wajib diisi; pelapor membacanya.")})
    path = f"/api/v1/persons/{complaint}/readings"
    done = await do(request, Call(path, {"lang": office.lang}, "POST", {"reason": reason}, key_of(form), office.lang))
    if not done.ok:
        raise Wrong({"alasan_pelapor": _said(office, done)})
    # Shown in the answer to the form: a name belongs into no address.
    return show(request, office, "petugas_pelapor.html", person=done.body, complaint=complaint)


async def _photo(request: Request, office: Office, complaint: UUID, name: str, form: Mapping[str, str]) -> None:
    if not is_uuid(photo := form.get(PHOTO, "")):
        raise Wrong({"": office.gettext("Pilih salah satu foto laporan ini.")})
    path = f"/api/v1/photos/{complaint}/{photo}/{PHOTOS[name]}"
    done = await do(request, Call(path, {"lang": office.lang}, "POST", {}, key_of(form), office.lang))
    if not done.ok:
        raise Wrong({"": _said(office, done)})


async def _split(request: Request, office: Office, complaint: UUID, form: Mapping[str, str]) -> None:
    parts, errors = [], dict[str, str]()
    for number in range(1, PARTS + 1):
        name, task = form.get(f"bagian_{number}", "").strip(), form.get(f"tugas_{number}", "").strip()
        if not name and not task:
            continue
        found = resolved(office.registry, name) if name else {}
        if len(found) != 1:
            errors[f"bagian_{number}"] = (
                office.gettext("Tulis nama instansi yang lengkap: %(names)s.", names=", ".join(found.values()))
                if found else office.gettext("Tidak ada instansi dengan nama itu.")
            )  # fmt: skip
        if not task:
            errors[f"tugas_{number}"] = office.gettext("Tulis apa yang harus dikerjakan.")
        parts.append({"agency": next(iter(found), ""), "task": task})
    if not parts:
        errors["bagian_1"] = office.gettext("Sebut paling sedikit satu instansi lain.")
    if errors:
        raise Wrong(errors)
    path = f"/api/v1/agencies/{office.agency}/inbox/{complaint}/split"
    done = await do(request, Call(path, {"lang": office.lang}, "POST", {"parts": parts}, key_of(form), office.lang))
    if not done.ok:
        raise Wrong({"": _said(office, done)})


def _said(office: Office, refused: Answer) -> str:
    detail = refused.body.get("detail") if isinstance(refused.body, dict) else None
    return str(detail or office.gettext("Sedang tidak dapat disimpan. Coba lagi sebentar."))
