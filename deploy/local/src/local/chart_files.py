"""Files of the Helm chart that are made from the code: `python -m local.chart_files` writes them, `--check` compares.

Which service answers which path, our topics, and the alert rules of Prometheus.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from local.path_table import nginx
from schemas.base.topics import FIXED

ROOT: Final = Path(__file__).parents[4]
FILES: Final = ROOT / "deploy/helm/satupintu/files"
ALERTS: Final = ROOT / "deploy/prometheus/alerts.yml"


def topics() -> str:
    """Our topics with partitions and settings. JSON is YAML."""
    shapes = {topic.name: {"partitions": topic.partitions, "config": topic.configs()} for topic in FIXED.values()}
    return f"# Written by `python -m local.chart_files`.\n{json.dumps(shapes, indent=2)}\n"


def files() -> Iterator[tuple[Path, str]]:
    """Each file with its text."""
    yield FILES / "paths.conf", nginx()
    yield FILES / "topics.yaml", topics()
    if ALERTS.exists():
        yield FILES / "alerts.yml", ALERTS.read_text()


def main(argv: list[str]) -> int:
    """The exit status: 1 if `--check` found a file that differs."""
    changed = [path for path, text in files() if not path.exists() or path.read_text() != text]
    if "--check" in argv:
        for path in changed:
            sys.stderr.write(f"{path.relative_to(ROOT)} is not up to date: python -m local.chart_files\n")
        return 1 if changed else 0
    for path, text in files():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
