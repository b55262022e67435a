"""Files of secrets: old files stay valid, changes are whole, and running processes see them."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.base import secret_changes
from chassis.base.secret_changes import CannotChange
from chassis.base.secret_file import BadSecretFile, Secrets, parse, read
from schemas.base.mac import mac

OLD, NEW = b"o" * 32, b"n" * 32
PAST = datetime(2026, 1, 1, tzinfo=UTC)
FUTURE = datetime(2100, 1, 1, tzinfo=UTC)


class Watch:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "code.secret"
    path.write_text(OLD.hex() + "\n")
    return path


def rotated(path: Path, since: datetime) -> None:
    secret_changes.change(path, lambda found: secret_changes.with_new(found, NEW, since, {}))


def test_a_file_with_nothing_but_one_secret_is_version_1(file: Path) -> None:
    [only] = read(file).versions
    assert (only.version, only.secret, only.since, only.ended_at) == (1, OLD, None, None)


def test_a_new_version_is_used_from_its_time_on_and_the_old_one_stays_valid(file: Path) -> None:
    rotated(file, FUTURE)
    waiting = Secrets(file, read(file))
    assert (waiting.newest.secret, [each.version for each in waiting.valid]) == (OLD, [1, 2])
    file.write_text(file.read_text().replace("2100", "2020"))
    assert Secrets(file, read(file)).newest.secret == NEW


def test_a_process_reads_a_changed_file_again_and_keeps_what_it_has_if_it_cannot(file: Path) -> None:
    watch = Watch()
    secrets = Secrets(file, read(file), watch)
    rotated(file, PAST)
    assert len(secrets.versions) == 1, "looks once a second"
    watch.now_s = 1.0
    assert secrets.newest.secret == NEW
    file.write_text("damaged")
    watch.now_s = 3.0
    assert secrets.newest.secret == NEW
    file.unlink()
    watch.now_s = 5.0
    assert secrets.newest.secret == NEW


def test_an_ended_version_is_neither_newest_nor_valid_but_still_known(file: Path) -> None:
    rotated(file, PAST)
    secret_changes.change(file, lambda found: secret_changes.with_ended(found, 1, PAST + timedelta(days=1)))
    secrets = Secrets(file, read(file))
    assert [each.version for each in secrets.valid] == [2]
    assert secrets.numbered(1) is not None
    assert secrets.numbered(9) is None


def test_what_was_derived_from_the_first_one_outlives_it(file: Path) -> None:
    before = read(file).derive("signature", b"label")
    assert before == mac(OLD, b"label")
    pinned = {"signature": before}
    secret_changes.change(file, lambda found: secret_changes.with_new(found, NEW, PAST, pinned))
    secret_changes.change(file, lambda found: secret_changes.without(found, 1))
    assert [each.version for each in read(file).versions] == [2]
    assert read(file).derive("signature", b"label") == before


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "xyz", "ab" * 31, f"1 {OLD.hex()}\n1 {NEW.hex()}", f"0 {OLD.hex()}", f"2 {OLD.hex()} after=1",
     f"{OLD.hex()}\n{NEW.hex()}", f"1 {OLD.hex()} since=2026-01-01T00:00:00", f"1 {OLD.hex()} ended=tomorrow",
     f"1 {OLD.hex()}\nderived signature"],
)  # fmt: skip
def test_a_file_that_is_not_understood_is_refused_without_a_word_of_it(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(BadSecretFile) as refused:
        read(file)
    assert OLD.hex() not in str(refused.value)


def test_comments_and_empty_lines_are_left_out() -> None:
    assert parse(f"# of the house\n\n1 {OLD.hex()}\n").versions[0].secret == OLD


def test_secrets_are_not_in_what_is_printed_of_them(file: Path) -> None:
    assert OLD.hex() not in f"{read(file)!r} {read(file).versions[0]!r}"


def test_a_change_leaves_a_private_file_and_nothing_beside_it(file: Path) -> None:
    rotated(file, PAST)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["code.secret"]


def test_what_an_interrupted_change_left_behind_does_not_stop_the_next(file: Path) -> None:
    (file.parent / ".code.secret.part").write_text("half")
    rotated(file, PAST)
    assert len(read(file).versions) == 2


def test_changes_that_would_leave_nothing_in_use_are_refused(file: Path) -> None:
    def end(version: int) -> None:
        secret_changes.change(file, lambda found: secret_changes.with_ended(found, version, PAST))

    for refused in (lambda: end(1), lambda: end(7)):
        with pytest.raises(CannotChange):
            refused()
    rotated(file, FUTURE)
    with pytest.raises(CannotChange, match="no other version"):
        end(1)
    with pytest.raises(CannotChange, match="not in use before"):
        rotated(file, PAST)
    with pytest.raises(CannotChange, match="newest"):
        secret_changes.change(file, lambda found: secret_changes.without(found, 2))


def test_a_folder_that_cannot_be_written_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chassis.base.secret_changes.os.fsync", full)
    with pytest.raises(CannotChange, match="No space left"):
        rotated(file, PAST)
    assert len(read(file).versions) == 1
