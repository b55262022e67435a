"""What the Helm chart renders, as an operator relies on it. `HELM` names the program (`make charts`)."""

import os
import subprocess
from functools import cache
from typing import Any, Final

import pytest
import yaml

from chassis.base.settings import PREFIX, Settings
from local import chart_files
from local.front import SERVICES

CHART: Final = chart_files.FILES.parent
INSTALLATIONS: Final = {"least": ("least",), "everything": ("least", "everything"), "kurrent": ("least", "kurrent")}
Doc = dict[str, Any]
pytestmark = pytest.mark.charts


def helm(*arguments: str, files: tuple[str, ...] = ("least",)) -> "subprocess.CompletedProcess[str]":
    values = [option for name in files for option in ("--values", str(CHART / f"ci/{name}-values.yaml"))]
    command = [os.environ["HELM"], *arguments[:1], *arguments[1:2], str(CHART), *values, *arguments[2:]]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@cache
def text(name: str) -> str:
    done = helm("template", "lapor", "--kube-version", "1.33.0", files=INSTALLATIONS[name])
    assert done.returncode == 0, done.stderr
    return done.stdout


def documents(name: str, kind: str = "") -> list[Doc]:
    found = [each for each in yaml.safe_load_all(text(name)) if each]
    return [each for each in found if kind in ("", each["kind"])]


def pods(name: str) -> dict[str, Doc]:
    """Pod templates by the name of what makes them."""
    makers = [*documents(name, "Deployment"), *documents(name, "Job")]
    return {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in makers}


def refused(*arguments: str) -> str:
    done = helm("template", "lapor", *arguments)
    assert done.returncode != 0
    return done.stderr


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_pods_run_without_root_on_a_read_only_file_system_and_without_a_token(name: str) -> None:
    assert pods(name)
    for made, pod in pods(name).items():
        assert pod["securityContext"]["runAsNonRoot"] is True, made
        assert pod["automountServiceAccountToken"] is False, made
        for container in pod["containers"]:
            security = container["securityContext"]
            assert (security["readOnlyRootFilesystem"], security["allowPrivilegeEscalation"]) == (True, False), made
            assert security["capabilities"] == {"drop": ["ALL"]}, made
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}, made


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_every_setting_is_one_of_the_platforms_and_is_valid(name: str) -> None:
    for made, pod in pods(name).items():
        env = {each["name"]: each["value"] for each in pod["containers"][0].get("env", ())}
        given = {each.removeprefix(PREFIX).lower(): value for each, value in env.items() if each.startswith(PREFIX)}
        assert made.endswith("-proxy") or given
        assert given.keys() <= Settings.model_fields.keys(), made
        if given:
            assert Settings(**given).missing == [], made


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_secrets_are_named_and_never_contained(name: str) -> None:
    assert documents(name, "Secret") == []
    for pod in pods(name).values():
        for container in pod["containers"]:
            assert all("PASSWORD" not in each["name"] for each in container.get("env", ()))


def test_a_process_reads_the_password_of_its_own_kafka_user_alone() -> None:
    found = {}
    for made, pod in pods("least").items():
        volumes = [each["secret"].get("items") for each in pod["volumes"] if each["name"] == "kafka"]
        found[made] = [item["key"] for items in volumes for item in items or [{"key": "all"}]]
    assert found["lapor-relay"] == ["relay.password"]
    assert found["lapor-agency-inbox-worker"] == ["agency-inbox.password"]
    assert found["lapor-escalation-worker"] == []
    assert [made for made, keys in found.items() if keys == ["all"]] == ["lapor-provisioner"]


def test_the_relay_has_two_replicas_and_every_process_a_budget() -> None:
    relays = [each for each in documents("least", "Deployment") if each["metadata"]["name"] == "lapor-relay"]
    assert [each["spec"]["replicas"] for each in relays] == [2]
    budgets = {each["metadata"]["name"]: each["spec"] for each in documents("least", "PodDisruptionBudget")}
    assert budgets.keys() == {each["metadata"]["name"] for each in documents("least", "Deployment")}
    assert all(each["maxUnavailable"] == 1 for each in budgets.values())


def test_workers_follow_the_lag_of_every_group_up_to_the_partitions() -> None:
    scaled = {each["metadata"]["name"]: each["spec"] for each in documents("everything", "ScaledObject")}
    assert scaled.keys() == {f"lapor-{name}-worker" for name in ("intake", "router", "agency-inbox", "reporting")}
    assert scaled["lapor-router-worker"]["maxReplicaCount"] == 48
    groups = [each["metadata"]["consumerGroup"] for each in scaled["lapor-agency-inbox-worker"]["triggers"]]
    assert groups == ["agency-inbox.delivery", "agency-inbox.views"]
    deployments = {each["metadata"]["name"]: each["spec"] for each in documents("everything", "Deployment")}
    assert all("replicas" not in deployments[name] for name in scaled), "two would set the number in turn"


def test_more_workers_than_partitions_are_refused_by_name() -> None:
    said = refused("--set", "workers.router.maxReplicas=13")
    assert "workers.router.maxReplicas is 13, and complaint-events has 12 partitions" in said


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("secrets.keys=", "/secrets/keys"),
        ("secrets.keda=", "/secrets/keda"),
        ("databases.store=postgresql+psycopg://satupintu:hunter2@db/store", "/databases/store"),
        ("settings.NOTICES_URL=smtp://lapor:hunter2@mail", "/settings/NOTICES_URL"),
        ("kafka.bootstrap=", "/kafka/bootstrap"),
        ("workers.ruter.maxReplicas=3", "ruter"),
        ("web.intake.minReplicas=1", "/web/intake/minReplicas"),
        ("attachments.url=file:", "/attachments"),
        ("oidc.issuer=http://masuk.example.go.id", "/oidc/issuer"),
    ],
)
def test_what_is_missing_or_dangerous_is_refused_by_name(setting: str, named: str) -> None:
    assert named in refused("--set", setting)


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_the_proxy_knows_every_service(name: str) -> None:
    [config] = documents(name, "ConfigMap")
    services = {each["metadata"]["name"] for each in documents(name, "Service")}
    for service in SERVICES:
        assert f"server lapor-{service.name}-web:8000;" in config["data"]["nginx.conf"]
        assert f"lapor-{service.name}-web" in services
    assert config["data"]["paths.conf"].strip() == (CHART / "files/paths.conf").read_text().strip()


def test_selectors_of_services_and_policies_meet_pods() -> None:
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in documents("least", "Deployment")]
    selectors = [each["spec"]["selector"] for each in documents("least", "Service")]
    selectors += [each["spec"]["podSelector"]["matchLabels"] for each in documents("least", "NetworkPolicy")]
    for selector in selectors:
        assert any(selector.items() <= each.items() for each in labels), selector


def test_processes_are_probed_for_life_and_readiness_apart() -> None:
    for made, pod in pods("least").items():
        if made.endswith(("-proxy", "-migrate")):
            continue
        [container] = pod["containers"]
        probed = {
            probe: container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "liveness", "readiness")
        }
        assert probed == {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}, made


def test_databases_are_migrated_before_and_finished_after_an_upgrade() -> None:
    jobs = {each["metadata"]["name"]: each for each in documents("everything", "Job")}
    assert jobs["lapor-migrate"]["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    finish = jobs["lapor-migrate-finish"]
    assert finish["metadata"]["annotations"]["helm.sh/hook"] == "post-upgrade"
    assert finish["spec"]["template"]["spec"]["containers"][0]["args"] == ["chassis.cli.main", "migrate", "--finish"]
    assert "lapor-migrate-finish" not in pods("least")


def test_a_strimzi_cluster_survives_a_broker_and_leaves_our_users_alone() -> None:
    [kafka] = documents("everything", "Kafka")
    config = kafka["spec"]["kafka"]["config"]
    assert (config["default.replication.factor"], config["min.insync.replicas"]) == (3, 2)
    [env] = kafka["spec"]["entityOperator"]["template"]["userOperatorContainer"]["env"]
    assert env["name"] == "STRIMZI_IGNORED_USERS_PATTERN"
    assert {each["metadata"]["name"] for each in documents("everything", "KafkaUser")} == {"administrator", "keda"}
    topics = {each["metadata"]["name"]: each["spec"] for each in documents("everything", "KafkaTopic")}
    assert topics["complaint-events"]["partitions"] == 48
    assert topics["registry-events"]["partitions"] == 1
