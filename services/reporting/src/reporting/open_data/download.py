"""Gets the files of open data and the published figures from a platform into a folder; only files that changed."""

import json
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx2

from reporting.open_data.described import INDEX
from reporting.open_data.verify import FIGURES_FILE, SUMS_FILE
from reporting.statistics.figures import FIGURES

DATA: Final = "/api/v1/open-data"
STATISTICS: Final = "/api/v1/statistics"
TIMES: Final = 40
"""How often it is tried to get files and figures of one moment. While reports come in, they are of one moment for a
part of each period in which files are made."""
PAUSE_S: Final = 0.5
LIMIT_S: Final = 60.0


class NoOpenData(Exception):
    """The platform does not answer, or refuses; the message says what was asked."""


def download(address: str, folder: Path, asked: Mapping[str, str]) -> None:
    """Bring the folder up to date: the files, their index, schema and hashes, and the figures that `asked` asks for.

    Raises:
        NoOpenData: as its name says.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with httpx2.Client(base_url=address, timeout=LIMIT_S) as web:
        for _ in range(TIMES):
            index, figures = _got(web, f"{DATA}/{INDEX}").json(), _figures(web, asked)
            _files(web, folder, index)
            sums = _got(web, f"{DATA}/{SUMS_FILE}").content
            if sha256(sums).hexdigest() == index["version"] and _same_moment(index, figures):
                break
            time.sleep(PAUSE_S)
        (folder / SUMS_FILE).write_bytes(sums)
        (folder / INDEX).write_text(json.dumps(index, indent=1) + "\n")
        (folder / FIGURES_FILE).write_text(json.dumps(figures, indent=1) + "\n")
        (folder / "schema.json").write_bytes(_got(web, f"{DATA}/schema.json").content)


def _same_moment(index: Mapping[str, Any], figures: list[dict[str, Any]]) -> bool:
    told = [(each["data"]["sha256"], each["data"]["position"]) for each in figures]
    return told == [(index["version"], each["position"]) for each in figures]


def _figures(web: httpx2.Client, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_got(web, f"{STATISTICS}/{name}", asked).json() for name in FIGURES]


def _files(web: httpx2.Client, folder: Path, index: Mapping[str, Any]) -> None:
    wanted = {each["path"]: each["hash"].removeprefix("sha256:") for each in index["resources"]}
    for name, hash_ in wanted.items():
        file = folder / Path(name).name
        if not file.exists() or sha256(file.read_bytes()).hexdigest() != hash_:
            file.write_bytes(_got(web, f"{DATA}/{name}").content)
    for old in folder.glob("????-??-??.csv"):
        if old.name not in wanted:
            old.unlink()  # nothing of it is public any more


def _got(web: httpx2.Client, path: str, query: Mapping[str, str] | None = None) -> httpx2.Response:
    try:
        answer = web.get(path, params=dict(query or {}))
    except httpx2.HTTPError as error:
        raise NoOpenData(f"{web.base_url}: {type(error).__name__}") from error
    if answer.status_code != httpx2.codes.OK:
        raise NoOpenData(f"{path}: answered {answer.status_code}")
    return answer
