"""What the reporter is told of the masks: which kinds of numbers and addresses others do not see in the text."""

from collections.abc import Iterable
from typing import Any, Final

from schemas.wording.dates import Bilingual
from schemas.wording.masks import Kind, personal

_KINDS: Final[dict[Kind, Bilingual]] = {
    Kind.IDENTITY: {"id": "NIK atau nomor kartu keluarga", "en": "identity numbers (NIK, family card)"},
    Kind.PHONE: {"id": "nomor telepon", "en": "telephone numbers"},
    Kind.MAIL: {"id": "alamat e-mail", "en": "e-mail addresses"},
    Kind.ACCOUNT: {"id": "nomor rekening atau nomor peserta", "en": "account and membership numbers"},
    Kind.PLATE: {"id": "nomor kendaraan", "en": "vehicle plate numbers"},
    Kind.LINK: {"id": "tautan", "en": "links"},
}
_MESSAGE: Final[Bilingual] = {
    "id": "Dalam laporan Anda, ini disembunyikan dari publik dan pelapor lain: {kinds}. Instansi yang menangani "
    "laporan membaca teks aslinya.",
    "en": "In your report this is hidden from the public and from other reporters: {kinds}. The agency that handles "
    "the report reads the original text.",
}  # fmt: skip


def hidden_from_public(texts: Iterable[str | None], lang: str) -> dict[str, Any] | None:
    """The kinds that the masks hide in these texts, for programs and in words; None: they hide nothing."""
    found = {each.kind for text in texts if text for each in personal(text)}
    kinds = [kind for kind in _KINDS if kind in found]
    if not kinds:
        return None
    message = _MESSAGE[lang].format(kinds=", ".join(_KINDS[kind][lang] for kind in kinds))
    return {"kinds": [kind.value for kind in kinds], "message": message}
