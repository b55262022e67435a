"""One thing done with several cases, with a result for each; and an export as CSV."""

import csv
import io
from typing import Final, NamedTuple
from uuid import UUID

from fastapi import Request, Response

from agency_inbox import queries
from agency_inbox.bodies import AcknowledgementBody, AssignmentBody, HttpBody
from agency_inbox.moving import move, page_move
from agency_inbox.pages.facets import status_word
from agency_inbox.pages.kit import Office, officer_names, region_names
from chassis.base.errors import Busy, ChassisError
from chassis.pages.texts import N_
from chassis.signin.pages import said
from schemas.base.refusals import NotFound, Refusal

MOST: Final = 100
ROUTES: Final = {"terima": "acknowledgement", "tugaskan": "assignment"}
HEADS: Final = (
    N_("nomor"), N_("ringkasan"), N_("status"), N_("wilayah"), N_("unit"), N_("petugas"), N_("tenggat"),
)  # fmt: skip
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a cell (OWASP, CSV Injection)."""


class Result(NamedTuple):
    """What became of one case. `why`: why nothing did; empty: it was done."""

    number: str
    id: str
    why: str


def chosen(values: list[str]) -> list[UUID]:
    """The cases that were ticked; what is no id is left out."""
    found = []
    for value in dict.fromkeys(values):
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found[:MOST]


async def carry_out(office: Office, cases: list[UUID], action: str, officer: str, key: str) -> list[Result]:
    """Each on its own: one that is refused does not stop the others."""
    if action not in ROUTES:
        return []
    body: HttpBody = AcknowledgementBody() if action == "terima" else AssignmentBody(officer=_officer(officer))
    return [await _one(office, case, action, body, key) for case in cases]


async def _one(office: Office, case: UUID, action: str, body: HttpBody, key: str) -> Result:
    number, asked = "", page_move(office.who, office.agency, case, ROUTES[action], key)
    try:
        found = await queries.case_file(office.context, office.who, office.agency, case, office.lang)
        number = found.state.public_number
        await move(office.context, office.who, asked, body)
    except Refusal as refusal:
        return Result(number, str(case) if not isinstance(refusal, NotFound) else "", said(refusal, office.lang))
    except (Busy, ChassisError):
        return Result(number, str(case), office.gettext("Sedang tidak dapat disimpan. Coba lagi sebentar."))
    return Result(number, str(case), "")


def _officer(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def export(request: Request, office: Office, cases: list[UUID]) -> Response:
    """The cases as CSV for a spreadsheet, as far as the officer may read them."""
    rows = await queries.chosen_rows(office.context, office.who, office.agency, cases, office.lang)
    regions, officers = await region_names(request, (row["region"] for row in rows)), await officer_names(office)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([office.gettext(head) for head in HEADS])
    units = office.registry.agencies[office.agency].units
    for row in rows:
        writer.writerow(
            _safe(str(cell or ""))
            for cell in (
                row["public_number"], row["title"] or row["excerpt"], status_word(office, row["status"]),
                regions.get(row["region"]), units.get(row["unit"]), officers.get(row["officer"]),
                row["due_at"].isoformat() if row["due_at"] else "",
            )
        )  # fmt: skip
    headers = {"content-disposition": 'attachment; filename="laporan.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
