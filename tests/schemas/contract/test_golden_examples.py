"""Everything that was ever published still reads, fits its published schema, and the schemas are up to date."""

import shutil
from functools import reduce
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from schemas.base.streams import COMPLAINT_PREFIX, REGISTRY, complaint_id
from schemas.complaint.fold import evolve, fold
from schemas.complaint.lifecycle import CloseReason
from schemas.complaint.state import new
from schemas.contract import CONTRACT, generate
from schemas.contract.compat import event_problem, outward_problem
from schemas.contract.generate import ROOT
from schemas.events import BY_NAME
from schemas.registry.fold import Registry, fold_registry
from support.golden import EVENT_FILES, OUTWARD_FILES, histories, read


def schema(path: str) -> dict[str, Any]:
    return read(ROOT / "jsonschema" / path)


@pytest.mark.parametrize("path", EVENT_FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_published_event_decodes_and_fits_its_schema(path: Path) -> None:
    example, version = read(path), path.parts[-2]
    assert event_problem(example) is None
    assert example["type"] == path.parts[-3]
    jsonschema.validate(example["data"], schema(f"events/{example['type']}.{version}.json"))
    jsonschema.validate(example["metadata"], schema("events/metadata.json"))


@pytest.mark.parametrize("path", OUTWARD_FILES, ids=lambda path: path.parts[-2])
def test_a_published_message_fits_the_contract_and_its_schema(path: Path) -> None:
    ce_type = path.parts[-2]
    assert outward_problem(ce_type, read(path)) is None
    jsonschema.validate(read(path), schema(f"outward/{ce_type}.json"))


def test_every_type_has_an_example() -> None:
    assert {path.parts[-3] for path in EVENT_FILES} == set(BY_NAME)
    assert {path.parts[-2] for path in OUTWARD_FILES} == set(CONTRACT)


def test_the_example_histories_fold_to_what_they_tell() -> None:
    found = histories()
    ends = [fold(new(complaint_id(s)), told) for s, told in found.items() if s.startswith(COMPLAINT_PREFIX)]
    assert {end.closed for end in ends} >= set(CloseReason) - {
        CloseReason.ERASED, CloseReason.INCOMPLETE, CloseReason.PART_ANSWERED,
    }  # fmt: skip
    assert all(end.version == len(found[f"{COMPLAINT_PREFIX}{end.id}"]) - 1 for end in ends)
    assert fold_registry(Registry(), found[REGISTRY]).agencies["kementerian-perumahan"].successor == "kementerian-pu"


def test_many_facts_at_once_fold_to_what_they_come_to_one_by_one() -> None:
    for stream, told in histories().items():
        if stream.startswith(COMPLAINT_PREFIX):
            begun = new(complaint_id(stream))
            assert fold(begun, told) == reduce(evolve, told, begun)


def test_the_published_schemas_are_up_to_date_and_nothing_published_is_broken() -> None:
    assert generate.main(["--check"]) == 0


def test_asyncapi_points_to_schemas_that_exist() -> None:
    document = yaml.safe_load((ROOT / "asyncapi.yaml").read_text())
    for message in document["components"]["messages"].values():
        assert (ROOT / message["payload"]["$ref"]).exists()
    for channel in document["channels"].values():
        assert channel["messages"]


def test_a_schema_that_drifts_or_an_example_that_breaks_fails_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main([], tmp_path) == 0
    assert generate.main(["--check"], tmp_path) == 0
    (tmp_path / "asyncapi.yaml").write_text("asyncapi: 2")
    for kind, name in (("DetailAdded", "v1"), ("outward", "complaint.progress"), ("outward", "complaint.sung")):
        (tmp_path / "examples" / kind / name).mkdir(parents=True)
    shutil.copy(EVENT_FILES[0], tmp_path / "examples" / "DetailAdded" / "v1" / "1.json")
    broken = tmp_path / "examples" / "DetailAdded" / "v1" / "1.json"
    broken.write_text(broken.read_text().replace('"at"', '"when"', 1))
    for name in ("complaint.progress", "complaint.sung"):
        (tmp_path / "examples" / "outward" / name / "1.json").write_text("{}")
    assert generate.main(["--check"], tmp_path) == 1
    said = capsys.readouterr().err
    assert "asyncapi.yaml is not up to date" in said
    assert "examples/DetailAdded/v1/1.json: MalformedEvent" in said
    assert "complaint.progress/1.json" in said
    assert "complaint.sung is no longer in the contract" in said
