"""Fetches Kafka's jars with Python's standard library alone: `python3 fetch_jars.py jars.sha256 FOLDER`.

MAVEN names another repository than Maven Central.
"""

import hashlib
import os
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

REPOSITORY = os.environ.get("MAVEN", "https://repo1.maven.org/maven2")
TRIES = 3


def main(listing: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    rows = [line.split() for line in listing.read_text().splitlines()]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda row: fetch(row[1], row[0], folder), rows))


def fetch(path: str, digest: str, folder: Path) -> None:
    content = download(f"{REPOSITORY}/{path}")
    if hashlib.sha256(content).hexdigest() != digest:
        sys.exit(f"{path} was downloaded, but its checksum differs from the one in the list: it is not used.")
    (folder / path.rpartition("/")[2]).write_bytes(content)


def download(url: str) -> bytes:
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return bytes(answer.read())
        except OSError as error:
            if not left:
                sys.exit(f"{url} cannot be downloaded: {error}")
    raise AssertionError


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
