"""The demo provider where a proxy publishes it: its name in tokens, and where it sends people back to."""

from pathlib import Path

import pytest

from chassis.base.settings import BadSetting, Settings, read_settings
from chassis.signin.addresses import CALLBACK, SIGNED_OUT
from local.issuer.serve import issuer_of

ISSUER, PAGES = "https://masuk.lapor.localhost:8443", "https://lapor.localhost:8443"


def test_it_has_the_address_by_which_it_is_published(tmp_path: Path) -> None:
    issuer = issuer_of(Settings(state_dir=tmp_path, demo_issuer_url=ISSUER, demo_pages_url=PAGES + "/"))
    assert issuer.address == ISSUER
    assert PAGES + CALLBACK in issuer.clients.returns
    assert PAGES + SIGNED_OUT in issuer.clients.after


def test_unless_somebody_publishes_it_it_is_of_this_machine_alone(tmp_path: Path) -> None:
    issuer = issuer_of(Settings(state_dir=tmp_path))
    assert issuer.address == "http://127.0.0.1:8001"
    assert {address.rpartition(":")[0] for address in issuer.clients.returns} == {
        "http://127.0.0.1", "http://localhost", "http://[::1]",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["DEMO_ISSUER_URL", "DEMO_PAGES_URL"])
def test_tokens_go_over_no_open_network(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"SATUPINTU_{name}", "http://masuk.example")
    with pytest.raises(BadSetting, match=name):
        read_settings()
