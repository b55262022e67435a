"""What a copy says of itself, and which copies are refused by that alone."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from backup.errors import NewerCopy, NotACopy, Tampered, WrongSecret
from backup.manifest import (
    Database,
    Files,
    Manifest,
    Secret,
    check_known,
    check_secrets,
    check_signature,
    fingerprint,
    read,
    signed,
    written,
)

MASTER, CODE = b"m" * 32, b"c" * 32
AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
EVENTS = Database(file="databases/store.db", kind="sqlite", holds=("store",), tables={"events": ("position", "stream")})


def manifest(**changed: Any) -> Manifest:
    made = Manifest(
        software="0.1.0", made_at=AT, finished_at=AT, store_id=UUID(int=1), lineage=UUID(int=2), position=7,
        event_id=UUID(int=3), last_event_at=AT, erasures=0,
        master_keys=(Secret(version=1, fingerprint=fingerprint(MASTER)),),
        code_secrets=(Secret(version=1, fingerprint=fingerprint(CODE)),), sealed_by=1, databases=(EVENTS,),
        attachments=Files(), event_types=("ComplaintFiled",), sums="0" * 64,
    )  # fmt: skip
    return signed(made.model_copy(update=changed), MASTER)


def changed(**fields: Any) -> str:
    return json.dumps(json.loads(written(manifest())) | fields)


def test_what_is_written_is_read_again() -> None:
    assert read(written(manifest())) == manifest()


@pytest.mark.parametrize("text", ["", "{", "[]", '"text"', "{}", '{"format": "one"}', '{"format": null}'])
def test_a_file_that_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(NotACopy):
        read(text)


def test_a_manifest_with_a_missing_field_is_refused() -> None:
    text = json.loads(written(manifest()))
    del text["position"]
    with pytest.raises(NotACopy, match="position"):
        read(json.dumps(text))


@pytest.mark.parametrize("newer", [{"format": 2}, {"format": 2, "position": "text"}, {"shards": 4}])
def test_a_copy_in_a_newer_format_is_refused_with_both_versions(newer: dict[str, Any]) -> None:
    with pytest.raises(NewerCopy, match=r"0\.1\.0"):
        read(changed(**newer))


@pytest.mark.parametrize("field", ["position", "erasures", "sums", "made_at"])
def test_a_changed_field_is_found_by_the_signature(field: str) -> None:
    other = {"position": 8, "erasures": 1, "sums": "1" * 64, "made_at": "2026-11-30T10:00:00Z"}[field]
    with pytest.raises(Tampered):
        check_signature(read(changed(**{field: other})), {1: MASTER})


def test_an_unchanged_manifest_has_its_signature() -> None:
    check_signature(read(written(manifest())), {1: MASTER, 2: CODE})


def test_another_master_key_is_refused_before_anything_else_is_said() -> None:
    with pytest.raises(WrongSecret, match="another master key"):
        check_secrets(manifest(), {1: CODE}, {1: CODE})


def test_a_missing_version_of_the_master_key_is_named() -> None:
    two = (*manifest().master_keys, Secret(version=3, fingerprint=fingerprint(b"x" * 32)))
    with pytest.raises(WrongSecret, match="version 3"):
        check_secrets(manifest(master_keys=two), {1: MASTER}, {1: CODE})


def test_another_code_secret_is_refused() -> None:
    with pytest.raises(WrongSecret, match="code secret"):
        check_secrets(manifest(), {1: MASTER}, {1: MASTER})


def test_secrets_that_were_added_since_do_no_harm() -> None:
    check_secrets(manifest(), {1: MASTER, 2: CODE}, {1: CODE, 2: MASTER})


def test_a_fingerprint_does_not_hold_the_secret() -> None:
    assert MASTER.hex() not in written(manifest())
    assert len(fingerprint(MASTER)) == 32


def test_a_column_that_this_version_does_not_know_is_of_a_newer_one() -> None:
    with pytest.raises(NewerCopy, match=r"events\.stream"):
        check_known(manifest(), {"events": {"position"}}, {"ComplaintFiled"})


def test_an_event_type_that_this_version_does_not_know_is_of_a_newer_one() -> None:
    with pytest.raises(NewerCopy, match="ComplaintFiled"):
        check_known(manifest(), {"events": {"position", "stream"}}, {"Other"})


def test_a_copy_of_an_older_version_lacks_columns_and_is_taken() -> None:
    check_known(manifest(), {"events": {"position", "stream", "added"}}, {"ComplaintFiled", "Other"})


def test_a_table_that_this_version_has_no_use_for_is_taken() -> None:
    gone = EVENTS.model_copy(update={"tables": {"former": ("id",)}})
    check_known(manifest(databases=(gone,)), {"events": {"position"}}, {"ComplaintFiled"})
