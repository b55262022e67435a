"""Where files are kept is a setting; a bucket's secrets come from a file or from the standard variables."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from chassis.attachments.configured import open_attachments
from chassis.base.settings import BadSetting, Settings
from schemas.base.media_types import FileKind
from support import s3

from .test_store import KEYS, content_of, file, pieces

SECRETS = "[default]\naws_access_key_id = test\naws_secret_access_key = te%st/+=\n"


async def test_by_default_files_are_in_the_state_folder(tmp_path: Path) -> None:
    attachments = open_attachments(Settings(state_dir=tmp_path))
    await attachments.keep(file(1), pieces(b"x"), KEYS)
    assert list((tmp_path / "attachments").rglob("*.original"))


async def test_a_bucket_takes_its_secrets_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = tmp_path / "credentials"
    secrets.write_text(SECRETS)
    with s3.s3_server(monkeypatch) as address:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        settings = Settings(
            state_dir=tmp_path, attachments_url=f"s3://{s3.BUCKET}", attachments_credentials_file=secrets
        )
        attachments = open_attachments(settings)
        await attachments.keep(file(1), pieces(b"x"), KEYS)
        assert await content_of(attachments, file(1)) == b"x"
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        assert len(s3.keys(address)) == 1


@pytest.mark.parametrize("content", ["", "[other]\naws_access_key_id = x\n", "aws_access_key_id = x", "[default]\n"])
def test_a_file_without_the_secrets_is_named(tmp_path: Path, content: str) -> None:
    secrets = tmp_path / "credentials"
    secrets.write_text(content)
    settings = Settings(state_dir=tmp_path, attachments_url="s3://b", attachments_credentials_file=secrets)
    with pytest.raises(BadSetting, match="SATUPINTU_ATTACHMENTS_CREDENTIALS_FILE"):
        open_attachments(settings)
    with pytest.raises(BadSetting):
        open_attachments(settings.model_copy(update={"attachments_credentials_file": tmp_path / "none"}))


@pytest.mark.parametrize(
    "wrong",
    [{"attachments_url": "http://b"}, {"attachments_url": "s3://"}, {"clamav": "nowhere"}, {"clean_memory_bytes": 1}],
)
def test_a_wrong_setting_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(state_dir=tmp_path, **wrong)  # type: ignore[arg-type]


def test_each_kind_has_a_size_of_its_own(tmp_path: Path) -> None:
    sizes = Settings(state_dir=tmp_path, attachment_video_bytes=7).attachment_bytes
    assert (sizes[FileKind.VIDEO], sizes[FileKind.PICTURE]) == (7, 10 * 2**20)
    assert set(sizes) == set(FileKind)
