"""The documents name files and functions that exist, so that a reader is never sent to a place that is gone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LINK: Final = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>[^)#\s]+)\)")
PYTHON_PATH: Final = re.compile(r"`(?P<path>[\w./-]+/[\w./-]+\.(?:py|toml|md|tsv|csv|sh))`")
DOCUMENTS: Final = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted(ROOT.glob("services/*/README.md")),
    *sorted(ROOT.glob("tests/*/README.md")),
    ROOT / "schemas/README.md",
    ROOT / "schemas/examples/README.md",
]


def links(document: Path) -> Iterator[tuple[str, Path]]:
    for found in LINK.finditer(document.read_text(encoding="utf-8")):
        if "://" not in found["target"]:
            yield found["text"], (document.parent / found["target"]).resolve()


def defined(path: Path) -> set[str]:
    """Names of functions, classes and constants at the top of a module."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_to_a_file_and_every_name_is_defined_there(document: Path) -> None:
    missing = [f"{text}: {target.relative_to(ROOT)}" for text, target in links(document) if not target.exists()]
    assert missing == []
    undefined = [
        f"{text} in {target.relative_to(ROOT)}"
        for text, target in links(document)
        if target.suffix == ".py" and re.fullmatch(r"`\w+`", text) and text.strip("`") not in defined(target)
    ]
    assert undefined == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_path_in_a_sentence_exists(document: Path) -> None:
    """Relative to the repository, to the document's folder, or to the package of the service it describes."""
    bases = [
        ROOT,
        document.parent,
        *(ROOT / "services").glob("*/src/*"),
        ROOT / "schemas/src/schemas",
        ROOT / "deploy/local/src/local",
    ]
    paths = [found["path"] for found in PYTHON_PATH.finditer(document.read_text(encoding="utf-8"))]
    assert [path for path in paths if "<" not in path and not any((base / path).exists() for base in bases)] == []


def test_the_walk_of_one_complaint_has_ten_hops() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    walk = text.partition("## One complaint in ten hops")[2].partition("\n## ")[0]
    assert re.findall(r"^(\d+)\. ", walk, flags=re.MULTILINE) == [str(hop) for hop in range(1, 11)]
