"""What the Helm chart says of the platform is what the code says."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from chassis.base.settings import Settings
from local import chart_files
from local.front import SERVICES
from schemas.access.kafka import RIGHTS, Resource
from schemas.base.topics import COMPLAINT_EVENTS, FIXED

CHART: Final = chart_files.FILES.parent
PROCESSES: Final[dict[str, dict[str, Any]]] = yaml.safe_load((CHART / "files/processes.yaml").read_text())
VALUES: Final[dict[str, Any]] = yaml.safe_load((CHART / "values.yaml").read_text())


@pytest.mark.parametrize(("path", "text"), list(chart_files.files()), ids=lambda each: getattr(each, "name", ""))
def test_generated_files_are_up_to_date(path: Path, text: str) -> None:
    assert path.read_text() == text, "python -m local.chart_files"


def test_the_chart_runs_every_service() -> None:
    served = {service.name: service.package for service in SERVICES}
    assert {name: process["package"] for name, process in PROCESSES.items()} == served
    for part in ("web", "workers"):
        assert VALUES[part].keys() == served.keys()


def test_every_service_of_the_path_table_has_an_upstream() -> None:
    named = set(re.findall(r" ([a-z-]+);$", (CHART / "files/paths.conf").read_text(), re.MULTILINE))
    assert named == PROCESSES.keys()


def test_workers_sign_in_as_users_that_may_join_their_groups() -> None:
    for process in PROCESSES.values():
        groups = [right for right in RIGHTS.get(process["kafkaUser"], ()) if right.resource is Resource.GROUP]
        for group in process["groups"]:
            assert any(group.startswith(right.name) for right in groups), group
        assert bool(process["groups"]) == bool(process["kafkaUser"])


def test_groups_are_those_that_the_code_joins() -> None:
    source = "\n".join(path.read_text() for path in Path("services").glob("*/src/*/*.py"))
    for process in PROCESSES.values():
        for group in process["groups"]:
            task = group.partition(".")[2]
            assert re.search(rf'"{task}"|\{{SERVICE\}}\.{task}"', source), group


def test_settings_that_the_chart_sets_exist() -> None:
    helpers = (CHART / "templates/_helpers.tpl").read_text()
    block = helpers[helpers.index('define "satupintu.settings"') :].partition("{{- end }}\n{{- end }}")[0]
    named = set(re.findall(r'"([A-Z][A-Z0-9_]+)" [("$]', block.partition("-}}")[2] + block)) - {
        "SCRAM-SHA-512",
        "PLAIN",
    }
    named |= set(re.findall(r'set \$s "([A-Z_]+)"', block))
    assert len(named) > 20
    assert named <= {name.upper() for name in Settings.model_fields}


def test_the_default_partitions_are_those_that_the_platform_makes() -> None:
    assert VALUES["kafka"]["partitions"] == FIXED[COMPLAINT_EVENTS].partitions
    assert all(each["maxReplicas"] <= VALUES["kafka"]["partitions"] for each in VALUES["workers"].values())


def test_every_value_is_described_by_the_schema() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert VALUES.keys() <= schema["properties"].keys()
    assert schema["additionalProperties"] is False
