"""Alert rules and dashboards ask only for metrics and labels that our processes tell, and the page of each action is there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from prometheus_client.metrics import MetricWrapperBase

from chassis.base import metrics

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
RULES: Final = DEPLOY / "prometheus" / "alerts.yml"
TESTS: Final = DEPLOY / "prometheus" / "alerts_test.yml"
NAME: Final = re.compile(r"\bsatupintu_[a-z_]+")
LABELS: Final = re.compile(r"(?:by \(([a-z_, ]+)\)|\{([a-z_]+)=)")
SUFFIXES: Final = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
PROMETHEUS: Final = {"le", "instance", "job"}


def told() -> dict[str, frozenset[str]]:
    """Every series that our processes tell, with its labels."""
    found = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            described = next(iter(metric.describe()))
            for suffix in SUFFIXES[described.type]:
                found[f"{described.name}{suffix}"] = frozenset(metric._labelnames)  # noqa: SLF001 - told nowhere else
    return found


def asked() -> Iterator[tuple[str, str]]:
    """Every expression of a rule or a dashboard: where it stands, and the expression."""
    for number, line in enumerate(RULES.read_text().splitlines(), start=1):
        if line.strip().startswith("expr:"):
            yield f"{RULES.name}:{number}", line
    for path in sorted((DEPLOY / "grafana").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{path.name}: {panel['title']}", target["expr"]


@pytest.mark.parametrize(("place", "expression"), list(asked()))
def test_every_metric_and_label_that_is_asked_for_is_told(place: str, expression: str) -> None:
    names, known = NAME.findall(expression), told()
    assert names, f"{place} asks for none of our metrics"
    labels = {
        label.strip() for found in LABELS.findall(expression) for part in found if part for label in part.split(",")
    }
    for name in names:
        assert name in known, f"{place} asks for {name}, which no process tells"
    has = frozenset[str]().union(*(known[name] for name in names))
    assert labels - PROMETHEUS <= has, f"{place} asks for labels that {names} do not have"


def test_a_name_that_no_process_tells_is_found() -> None:
    with pytest.raises(AssertionError, match="satupintu_nothing"):
        test_every_metric_and_label_that_is_asked_for_is_told("here", "max(satupintu_nothing) > 1")
    with pytest.raises(AssertionError, match="labels"):
        test_every_metric_and_label_that_is_asked_for_is_told("here", "max by (agency) (satupintu_books_open)")


def test_every_alert_says_what_to_do() -> None:
    text = RULES.read_text()
    alerts = re.findall(r"- alert: (\w+)(.*?)(?=- alert:|\Z)", text, re.DOTALL)
    assert len(alerts) > 10
    for name, rule in alerts:
        assert "action:" in rule, name
        assert re.search(r"severity: (page|ticket)}", rule), name


def test_the_tests_of_the_rules_name_rules_that_there_are() -> None:
    there = set(re.findall(r"- alert: (\w+)", RULES.read_text()))
    assert set(re.findall(r"alertname: (\w+)", TESTS.read_text())) <= there
