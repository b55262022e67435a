"""Of a case, what other services own: followers and like reports, the reporter's identity, a split."""

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

PARTS: Final = 3
"""Parts that one form names."""


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
    """Ask who complained, or split the case. Raises Wrong, StoreUnavailable."""
    if name == "pelapor":
        return await _reader(request, office, complaint, form)
    await _split(request, office, complaint, form)
    return RedirectResponse(f"/petugas/{complaint}?berhasil=bagi", HTTPStatus.SEE_OTHER)


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
