"""What OpenAPI says of the forms of Open311, and of the answers to them."""

from typing import Any, Final

from pydantic import BaseModel

from chassis.http.open311_docs import TEXT, TEXT_OR_NULL, Responses, answers, fields, list_of
from intake.http.open311_form import MULTIPART, URLENCODED

_RECEIPT: Final = fields(
    {
        "service_request_id": TEXT, "service_notice": TEXT, "account_id": TEXT_OR_NULL,
        "tracking_code": {**TEXT_OR_NULL, "description": "Whoever has it is the reporter. None: see `service_notice`."},
    }
)  # fmt: skip
FILED: Final[Responses] = answers(
    list_of(_RECEIPT), "A list of the report; 201: filed now, 200: it was filed before.", statuses=(200, 201)
)
UPDATED: Final[Responses] = answers(
    list_of(fields({"update_id": TEXT})), "A list of the update; 200: it was taken before.", statuses=(200, 201)
)


def filed_as(form: type[BaseModel], *, files: bool = True) -> dict[str, Any]:
    """The request body: this form, urlencoded, and with files of any field name if `files`."""
    plain = {**form.model_json_schema(), "additionalProperties": True}
    kinds: dict[str, Any] = {URLENCODED: {"schema": plain}}
    kinds |= {MULTIPART: {"schema": {**plain, "title": f"{plain['title']}WithFiles"}}} if files else {}
    return {"requestBody": {"required": True, "content": kinds}, "parameters": [_KEY]}


_KEY: Final = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200},
    "description": "Makes a repeat safe for ever. Without it an equal request is the same one for a while.",
}  # fmt: skip
