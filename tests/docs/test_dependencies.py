"""The audit of dependencies finds what is not pinned, passes findings on, and says when it knows nothing."""

import importlib.util
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SPEC: Final = importlib.util.spec_from_file_location("audit_dependencies", ROOT / "deploy/audit_dependencies.py")
assert SPEC is not None
assert SPEC.loader is not None
audit: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(audit)
GOOD: Final = {
    "name": "a",
    "version": "1",
    "source": {"registry": "https://one.example/simple"},
    "sdist": {"hash": "sha256:00"},
}


def test_every_component_is_an_exact_file_of_the_registry() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    assert len(lock["package"]) > 50
    assert list(audit.unpinned(lock)) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"source": {"git": "https://example.org/a"}},
        {"source": {"registry": "https://example.org/simple"}},
        {"source": {"url": "https://example.org/a.whl"}},
        {"sdist": {}},
        {"sdist": {"hash": "md5:00"}},
        {"wheels": [{"hash": "sha256:00"}, {"url": "a"}]},
    ],
)
def test_anything_else_is_found(changed: dict[str, Any]) -> None:
    assert list(audit.unpinned({"package": [GOOD]})) == []
    assert len(list(audit.unpinned({"package": [GOOD, {**GOOD, **changed}]}))) == 1


@pytest.mark.parametrize(
    ("code", "said", "status"),
    [
        (0, "Found no known vulnerabilities", 0),
        (1, "Found 1 known vulnerability", 1),
        (2, "error: Request failed after 3 retries", 3),
        (2, "error: unexpected argument", 1),
    ],
)
def test_what_was_found_and_what_is_unknown_are_told_apart(
    code: int, said: str, status: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "uv.py"
    script.write_text(f"import sys; sys.stderr.write({said!r}); sys.exit({code})")
    assert audit.advisories([sys.executable, str(script)]) == status
    assert ("UNKNOWN" in capfd.readouterr().err) is (status == audit.UNKNOWN)
