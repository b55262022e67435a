"""Open311 GeoReport v2, the filing side: a report by form. The service code becomes the title; it does not decide the
placement.
"""

import secrets
from typing import Annotated, Any, Final, Self
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints, model_validator

from chassis.http.open311 import PREFIX, Format, GeoReport, list_response, validated
from chassis.http.web import Language, client_id, idempotency_key
from intake.filing import Filed, Filing, file
from intake.http.filing import Context, limit_rate
from schemas.base.ids import derived_id
from schemas.base.limits import ADDRESS, CLIENT, NAME
from schemas.base.refusals import InvalidField, NotFound
from schemas.contract.base import InboundModel
from schemas.contract.open311 import OTHER, service
from schemas.contract.submission import Complaining

CHANNEL: Final = "open311"
FORM: Final = "application/x-www-form-urlencoded"
NOTICE: Final = {
    "id": "Kode pelacakan: {code}. Simpan baik-baik: siapa pun yang memilikinya dianggap sebagai pelapor.",
    "en": "Tracking code: {code}. Keep it safe: anyone who has it is treated as the reporter.",
}
NonEmpty = Annotated[str, StringConstraints(min_length=1)]
router = APIRouter(prefix=PREFIX, route_class=GeoReport)


class ReportForm(InboundModel):
    """The form of POST requests. Coordinates or an address are required."""

    service_code: NonEmpty
    lat: float | None = None
    long: float | None = None
    address_string: Annotated[str, StringConstraints(min_length=1, max_length=ADDRESS)] | None = None
    description: NonEmpty | None = None
    email: NonEmpty | None = None
    first_name: NonEmpty | None = Field(default=None, max_length=NAME)
    last_name: NonEmpty | None = Field(default=None, max_length=NAME)
    phone: NonEmpty | None = None
    media_url: NonEmpty | None = None
    device_id: NonEmpty | None = Field(default=None, max_length=CLIENT)
    account_id: NonEmpty | None = None
    jurisdiction_id: NonEmpty | None = None
    api_key: NonEmpty | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.lat is None and self.long is None and self.address_string is None:
            raise ValueError("lat and long, or address_string, is needed")
        return self


@router.post("/requests.{kind}", status_code=201)
async def file_request(kind: Format, request: Request, context: Context, lang: Language) -> Response:
    """File a report. With an `Idempotency-Key` it is safe to repeat; without one each request files a report."""
    limit_rate(context.filings, request)
    form: ReportForm = validated(ReportForm, await _form(request))
    command = _complaining(form, lang)
    filed = await file(context, Filing(*await _by(request, form), command))
    return list_response(kind, "service_requests", "request", [_receipt(filed, lang)], 200 if filed.repeated else 201)


async def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise InvalidField(field="Content-Type", why="must be application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl((await request.body()).decode(), errors="strict", max_num_fields=100)
    except ValueError as error:
        raise InvalidField(field="request", why="is no form in UTF-8") from error
    # Fields `attribute[...]` belong to services with attributes; ours have none.
    return {name: value for name, value in pairs if not name.startswith("attribute[")}


async def _by(request: Request, form: ReportForm) -> tuple[str, str]:
    """The client, and the key under which the report is filed once."""
    given = request.headers.get("idempotency-key")
    if given is None:
        return form.device_id or "", str(derived_id(CHANNEL, secrets.token_hex(16)))
    key = await idempotency_key(given)
    return form.device_id or await client_id(key, request.headers.get("satupintu-client")), key


def _complaining(form: ReportForm, lang: str) -> Complaining:
    try:
        chosen = service(form.service_code, "id")
    except KeyError as error:
        raise NotFound(what=form.service_code) from error
    name = " ".join(part for part in (form.first_name, form.last_name) if part)
    reporter = {"name": name or None, "email": form.email, "phone": form.phone}
    place = {"lat": form.lat, "lon": form.long, "address": form.address_string}
    fields: dict[str, Any] = {
        "text": "\n\n".join(part for part in (form.description or chosen.name, form.media_url) if part),
        "title": chosen.name.capitalize() if chosen.code != OTHER else None,
        "place": {field: value for field, value in place.items() if value is not None},
        "reporter": {field: value for field, value in reporter.items() if value is not None} or None,
        "channel": CHANNEL,
        "language": lang,
    }  # fmt: skip
    return validated(Complaining, {field: value for field, value in fields.items() if value is not None})  # type: ignore[no-any-return]


def _receipt(filed: Filed, lang: str) -> dict[str, Any]:
    notice = NOTICE[lang].format(code=filed.code)
    return {"service_request_id": filed.state.public_number, "service_notice": notice, "account_id": None}
