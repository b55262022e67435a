"""A client generated from the OpenAPI document files a complaint and is refused, once by a field and once by a rule."""

import sys
from http import HTTPStatus
from uuid import uuid4  # noqa: TID251 - a client makes its own keys

from satupintu_client import Client
from satupintu_client.api.complaints import confirm_api_v1_complaints_tracking_code_confirmation_post as confirm
from satupintu_client.api.complaints import file_complaint_api_v1_complaints_post as file
from satupintu_client.models import Complaining, Confirm, Problem, Receipt


def main(address: str) -> None:
    client = Client(base_url=address)

    filed = file.sync_detailed(client=client, body=Complaining(text="Lampu padam"), idempotency_key=str(uuid4()))
    assert filed.status_code == HTTPStatus.CREATED, filed
    assert isinstance(filed.parsed, Receipt)

    wrong = file.sync_detailed(client=client, body=Complaining(text=""), idempotency_key=str(uuid4()))
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
    assert isinstance(wrong.parsed, Problem)
    assert wrong.parsed.field == "text"

    code = filed.parsed.tracking_code
    early = confirm.sync_detailed(code, client=client, body=Confirm(), idempotency_key=str(uuid4()))
    assert early.status_code == HTTPStatus.CONFLICT, early
    assert isinstance(early.parsed, Problem)
    assert early.parsed.code == "wrong-status"
    print("Python: 201, 422, 409")  # noqa: T201 - a command speaks to its caller


if __name__ == "__main__":
    main(sys.argv[1])
