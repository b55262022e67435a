"""One platform keeps its state in a folder, with the secrets that opened it before."""

from pathlib import Path

import pytest

from local.errors import CannotRun
from local.platform.state_dir import make_secrets, state_lock


def test_a_second_platform_is_kept_out_of_the_folder_of_the_first(tmp_path: Path) -> None:
    with state_lock(tmp_path), pytest.raises(CannotRun, match="another Satupintu"), state_lock(tmp_path):
        pytest.fail("two keep their state in one folder")
    with state_lock(tmp_path):
        pass


def test_a_folder_that_is_none_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="cannot be written"), state_lock(tmp_path / "nowhere"):
        pytest.fail("state is kept nowhere")


@pytest.mark.parametrize("name", ["master.key", "code.secret"])
def test_a_lost_secret_is_asked_back_and_never_made_anew_over_what_it_sealed(tmp_path: Path, name: str) -> None:
    make_secrets(tmp_path)
    (tmp_path / "store.db").touch()
    make_secrets(tmp_path)
    (tmp_path / "secrets" / name).unlink()
    with pytest.raises(CannotRun, match=name):
        make_secrets(tmp_path)
