"""Which channel gateways the setting names, and what it refuses."""

from pathlib import Path

import pytest

from chassis.base.gateways import DEMO, IMPORT, IMPORT_DEVICE
from chassis.base.settings import BadSetting, Settings, read_settings


def read(monkeypatch: pytest.MonkeyPatch, text: str) -> Settings:
    monkeypatch.setenv("SATUPINTU_GATEWAYS", text)
    return read_settings()


def test_ids_with_their_former_names(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch, " sms, wa=wa-lama,wa=Gerbang%2C WA = 1 ,,import=unggah")
    assert dict(found.all_gateways) == {
        "sms": (),
        "wa": ("wa-lama", "Gerbang, WA = 1"),
        IMPORT: ("unggah", IMPORT_DEVICE),
    }


def test_without_the_setting_there_are_the_demos_and_the_platforms_own(tmp_path: Path) -> None:
    assert set(Settings(state_dir=tmp_path).all_gateways) == {DEMO, IMPORT}
    assert set(Settings(state_dir=tmp_path, production=True).all_gateways) == {IMPORT}


def test_an_empty_setting_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch, "")
    assert (found.gateways, set(found.all_gateways)) == ({}, {IMPORT})


@pytest.mark.parametrize(
    "text",
    [
        "SMS", "s", "-sms", "sms gateway", "sms.wa", "x" * 64, "550e8400-e29b-41d4-a716-446655440000",
        "550e8400e29b41d4a716446655440000", "=lama", "wa=gateway:sms", "wa=principal:x", f"wa={'x' * 201}", "wa=a%00b",
        "wa=sms,sms", "wa=lama,sms=lama", f"wa={IMPORT_DEVICE}", f"wa={IMPORT}",
    ],
)  # fmt: skip
def test_what_would_mix_two_senders_up_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with pytest.raises(BadSetting, match="SATUPINTU_GATEWAYS"):
        read(monkeypatch, text)
