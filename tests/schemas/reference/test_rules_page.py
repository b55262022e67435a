"""docs/rules.md matches the policy data and the tests: each rule has a test, and each number a rule."""

import ast
import re
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from local.paths import REPOSITORY
from schemas.reference.load import policies

PAGE = REPOSITORY / "docs" / "rules.md"


def rows() -> list[list[str]]:
    """The rows: rule, source, numbers, test."""
    lines = [line.strip("| \n") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.split(" | ")] for line in lines[1:]]


@cache
def functions(path: Path) -> frozenset[str]:
    """The names of all tests in a file, including those in classes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_rule_has_a_source_and_a_test_that_is_there(row: list[str]) -> None:
    rule, source, _, test = row
    assert rule
    assert source
    file, _, name = test.partition("::")
    assert name in functions(REPOSITORY / file), f"{rule}: there is no {test}"


def test_every_number_of_the_newest_policy_belongs_to_a_rule_and_no_rule_names_another() -> None:
    policy = policies().versions[-1]
    named = [name for row in rows() for name in re.split(r",\s*", row[2]) if name != "none"]
    assert sorted(named) == sorted({*policy.rules, *policy.origins})


def periods(path: Path) -> list[str]:
    """The places where a module states a period of days. `days=1` is a unit, not a period."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    found = [(call.func, each) for call in calls for each in call.keywords]
    return [
        f"{path.name}:{each.value.lineno}"
        for func, each in found
        if isinstance(func, ast.Name) and func.id == "timedelta" and isinstance(each.value, ast.Constant)
        if timedelta(**{str(each.arg): each.value.value}) >= timedelta(days=1)
        and (each.arg, each.value.value) != ("days", 1)
    ]


def test_every_number_of_days_lives_in_data_save_five_that_decide_nothing_about_a_complaint() -> None:
    folders = (REPOSITORY / "schemas" / "src", *sorted((REPOSITORY / "services").glob("*/src")))
    stated = [one.partition(":")[0] for folder in folders for path in folder.rglob("*.py") for one in periods(path)]
    # The range of the test clock, how long two Kafka credentials overlap, the period of an Open311 search without dates,
    # the week of an inbox's filter "due in seven days", how long answers about the past are kept.
    assert sorted(stated) == ["clock.py", "jobs.py", "kafka_users.py", "open311_query.py", "queries.py"]
