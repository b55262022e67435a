"""A state folder is locked by one platform, and its secrets are never replaced."""

from pathlib import Path

import pytest

from local.errors import CannotRun
from local.platform.state_dir import make_secrets, state_lock


def test_a_second_platform_cannot_use_the_folder_of_the_first(tmp_path: Path) -> None:
    with state_lock(tmp_path), pytest.raises(CannotRun, match="another Satupintu"), state_lock(tmp_path):
        pytest.fail("two platforms use one folder")
    with state_lock(tmp_path):
        pass


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="cannot be written"), state_lock(tmp_path / "nowhere"):
        pytest.fail("the folder does not exist")


@pytest.mark.parametrize("name", ["master.key", "code.secret"])
def test_a_lost_secret_is_an_error_and_never_replaced_while_there_is_data(tmp_path: Path, name: str) -> None:
    make_secrets(tmp_path)
    (tmp_path / "store.db").touch()
    make_secrets(tmp_path)
    (tmp_path / "secrets" / name).unlink()
    with pytest.raises(CannotRun, match=name):
        make_secrets(tmp_path)
