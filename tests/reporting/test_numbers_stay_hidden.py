"""No public route shows a personal number, in whichever of its texts it was written and however it is spelt."""

from datetime import timedelta
from typing import cast
from uuid import UUID

import httpx
import pytest

from chassis.base.clock import FixedClock
from reporting.context import Reporting
from schemas.base.values import Place
from schemas.complaint.state import new
from schemas.events.agency_inbox import ClarificationRequested, ProgressRecorded, ResponseGiven
from schemas.events.intake import DetailAdded, NoteAdded
from schemas.events.router import ComplaintRestated
from schemas.wording.public_text import public_text
from support.inbox import T0
from support.lives import AGENCY, filed, named, number_of, routed, write
from support.public_views import fill_public

SPELT = [
    "nomor 0812 3456 7890",
    "o8l2-3456-789O",
    "nol delapan satu dua tiga empat lima enam tujuh delapan sembilan nol",
    "\uff10\uff18\uff11\uff12\uff0d3456\uff0d7890",
    "0812\u200b3456\u200b7890",
    "+62 812\n3456 7890",
    "NIK 3273.0101.0190.0001",
    "budi [at] gmail titik com",
    "wa.me/6281234567890",
    "no rek 123-456-7890",
]
SAID = "; ".join(SPELT)
SECRETS = ("3456", "7890", "789O", "tiga empat", "3273", "0190", "budi", "628123")
PUBLIC = (
    "/api/v1/reports",
    f"/api/v1/reports/{number_of(1)}",
    f"/open311/v2/requests.json?extensions=true&service_request_id={number_of(1)}",
    f"/open311/v2/requests.xml?extensions=true&service_request_id={number_of(1)}",
    f"/open311/v2/requests/{number_of(1)}.json?extensions=true",
    "/open311/v2/servicerequestupdates.json",
)


@pytest.mark.parametrize("position", ["policy", "rounded", "none"])
async def test_no_public_route_shows_a_number(reporting: Reporting, web: httpx.AsyncClient, position: str) -> None:
    place, later = Place(region="32.73", lat=-6.9147, lon=107.6098, address=f"Pasar, {SAID}"), T0 + timedelta(hours=2)
    facts = (
        filed(
            1,
            text=f"Lampu padam jam 18.00-22.00, {SAID}",
            title=f"Lampu, {SAID}",
            place=place,
            public_position=position,
        ),
        routed(),
        DetailAdded(at=later, text=SAID),
        NoteAdded(at=later, text=SAID, channel="open311"),
        ProgressRecorded(at=later, agency=AGENCY, text=f"Petugas {SAID}"),
        ClarificationRequested(at=later, agency=AGENCY, question=f"Apakah {SAID} benar?"),
        ResponseGiven(at=later, agency=AGENCY, text=f"Sudah selesai, {SAID}"),
    )
    await write(reporting.repository, named("a"), *facts)
    cast(FixedClock, reporting.clock).advance(timedelta(days=1))
    await _assert_hidden(reporting, web)
    await write(
        reporting.repository, named("a"), ComplaintRestated(at=later, text=f"Lampu, {SAID}", title=f"Padam {SAID}")
    )
    await _assert_hidden(reporting, web)


async def _assert_hidden(reporting: Reporting, web: httpx.AsyncClient) -> None:
    await fill_public(reporting)
    for path in PUBLIC:
        answer = await web.get(path)
        assert answer.status_code == 200, answer.text
        assert "Lampu" in answer.text or "selesai" in answer.text, "the texts are shown"
        assert not [secret for secret in SECRETS if secret in answer.text], f"{path}: {answer.text}"


def test_a_telephone_number_is_no_house_number_whose_rest_stays() -> None:
    state = new(UUID(int=1))._replace(text="hubungi nomor 0812 3456 7890, rumah No. 14 RT 02/RW 05")
    assert public_text(state) == "hubungi nomor [phone], rumah [address] [address]"
