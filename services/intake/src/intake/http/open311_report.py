"""The fields of a GeoReport POST, and the complaint that they make.

The service code becomes the title; it does not decide the placement. What has no field of ours is kept as words below a
fixed line, which the public does not read: it may hold an address or coordinates.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, StringConstraints, ValidationError, model_validator

from intake.http.open311_form import SentForm
from intake.settings import OPEN311_CHANNEL
from schemas.base.client_keys import device_client
from schemas.base.limits import ADDRESS, CLIENT
from schemas.base.refusals import NotFound
from schemas.contract.base import InboundModel
from schemas.contract.open311 import OTHER, service
from schemas.contract.submission import Complaining
from schemas.wording.masks import BESIDES

NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class ReportForm(InboundModel):
    """The form of POST requests. Coordinates or an address are required; fields that are not here are ignored."""

    model_config = ConfigDict(extra="ignore", title="Open311Report")
    service_code: NonEmpty
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    long: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    address_string: Annotated[str, StringConstraints(min_length=1, max_length=ADDRESS)] | None = None
    address_id: Annotated[str, StringConstraints(min_length=1, max_length=ADDRESS - 20)] | None = None
    description: NonEmpty | None = None
    email: NonEmpty | None = None
    first_name: NonEmpty | None = None
    last_name: NonEmpty | None = None
    phone: NonEmpty | None = None
    media_url: NonEmpty | None = Field(default=None, description="May be repeated, or hold several with commas.")
    device_id: NonEmpty | None = None
    account_id: NonEmpty | None = None
    jurisdiction_id: NonEmpty | None = None
    api_key: NonEmpty | None = None
    public_position: Literal["exact", "rounded", "none"] | None = Field(
        default=None, description="Makes the position that the public sees coarser; never finer than the policy."
    )

    @property
    def client(self) -> str:
        """The device, as far as an id of a client may be long; empty without one."""
        return device_client((self.device_id or "")[:CLIENT])

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if (self.lat, self.long, self.address_string, self.address_id) == (None,) * 4:
            raise ValueError("lat and long, or address_string, or address_id, is needed")
        return self


def complaining(sent: SentForm, form: ReportForm, lang: str) -> Complaining:
    """The complaint that the form makes.

    Raises:
        NotFound: there is no such service.
        RequestValidationError: a field is invalid.
    """
    try:
        chosen = service(form.service_code, "id")
    except KeyError as error:
        raise NotFound(what=form.service_code) from error
    name = " ".join(part for part in (form.first_name, form.last_name) if part)
    reporter = {"name": name or None, "email": form.email, "phone": form.phone}
    address = form.address_string or (f"address_id: {form.address_id}" if form.address_id else None)
    fields: dict[str, Any] = {
        "text": _text(sent, form, chosen.name),
        "title": chosen.name.capitalize() if chosen.code != OTHER else None,
        "place": _given({"lat": form.lat, "lon": form.long, "address": address}),
        "reporter": _given(reporter) or None,
        "channel": OPEN311_CHANNEL,
        "language": lang,
        "public_position": form.public_position if form.public_position != "exact" else None,
    }
    command: Complaining = validated(Complaining, _given(fields))
    return command


def validated(accepted: type[Any], given: Mapping[str, Any]) -> Any:
    """`given` as that model. Raises RequestValidationError, as for a JSON body."""
    try:
        return accepted.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_input=False)
        raise RequestValidationError([{**item, "loc": ("body", *item["loc"])} for item in found]) from error


def words_beside(sent: SentForm, more: Mapping[str, str | None]) -> str | None:
    """What has no field of ours, one line each; None: nothing."""
    lines = [f"{code}: {', '.join(values)}" for code, values in sent.attributes().items()]
    lines += [f"{name}: {value}" for name, value in more.items() if value]
    return BESIDES + "\n".join(lines) if lines else None


def _text(sent: SentForm, form: ReportForm, service_name: str) -> str:
    beside = words_beside(sent, {"address_id": form.address_id if form.address_string else None})
    parts = [form.description or service_name, *([urls] if (urls := "\n".join(sent.media_urls())) else [])]
    return "\n\n".join(parts) + (f"\n\n{beside}" if beside else "")


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
