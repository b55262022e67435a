"""The answer to a report by form, in Indonesian and English."""

from collections.abc import Sequence
from typing import Any, Final

from intake.filing import Filed
from intake.http.open311_form import SentForm
from intake.tracking_view import hidden

_CODE: Final = {
    "id": "Kode pelacakan: {code}. Simpan baik-baik: siapa pun yang memilikinya dianggap sebagai pelapor.",
    "en": "Tracking code: {code}. Keep it safe: anyone who has it is treated as the reporter.",
}
_AGAIN: Final = {
    "id": "Laporan yang sama sudah diterima sebelumnya sebagai {number}; tidak ada laporan baru.",
    "en": "The same report was received before as {number}; no new report was filed.",
}
_NO_CODE: Final = {
    "id": "Kode pelacakan hanya ada pada jawaban yang pertama.",
    "en": "The tracking code is in the first answer only.",
}
_UNKEPT: Final = {
    "id": "Laporan diterima tanpa berkas ini: {files}.",
    "en": "The report was filed without these files: {files}.",
}
PRIVATE: Final = ("email", "phone", "device_id")
"""Fields that only the reporter knows. A report without any of them and without a picture can be copied from the public
list, and who copies it must not get the code.
"""


def receipt(
    filed: Filed, sent: SentForm, lang: str, *, keyed: bool, unkept: Sequence[str], unusable: str | None
) -> dict[str, Any]:
    """The fields of the answer. `keyed`: the request had an idempotency key. `unkept`: files, with reasons. `unusable`:
    what is to be said of a contact that nobody can write to.
    """
    number, again = filed.state.public_number, filed.repeated and not keyed
    is_first = not again or bool(sent.photos) or any(name in PRIVATE for name, _ in sent.fields)
    notice = [_AGAIN[lang].format(number=number)] if again else []
    notice += [_CODE[lang].format(code=filed.code)] if is_first else [_NO_CODE[lang]]
    notice += [] if unusable is None else [unusable]
    notice += [told["message"] for told in hidden(filed.state, lang).values()]
    notice += [_UNKEPT[lang].format(files="; ".join(unkept))] if unkept else []
    return {
        "service_request_id": number,
        "service_notice": " ".join(notice),
        "account_id": None,
        "tracking_code": filed.code if is_first else None,
    }
