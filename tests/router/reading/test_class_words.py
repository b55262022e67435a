"""The class is proposed only where the words make it plain."""

import pytest

from router.reading.class_words import proposed_class
from schemas.base.values import ComplaintClass


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Bagaimana cara mengurus KTP yang hilang?", ComplaintClass.INFORMATION),
        ("Selamat siang, saya mau bertanya soal BPJS", ComplaintClass.INFORMATION),
        ("Mohon informasi jadwal samsat keliling", ComplaintClass.INFORMATION),
        ("Kami mengusulkan agar halte ini diberi atap", ComplaintClass.ASPIRATION),
        ("Sebaiknya dinas menambah bus di jam pulang", ComplaintClass.ASPIRATION),
        ("Lampu jalan padam sejak Senin", None),
        ("Saya tanya berkali-kali ke loket tetapi tidak dilayani", None),
        ("Petugas menolak usul warga tanpa alasan", None),
        ("", None),
    ],
)
def test_plain_words_propose_a_class(text: str, kind: ComplaintClass | None) -> None:
    assert proposed_class(text, None) is kind
