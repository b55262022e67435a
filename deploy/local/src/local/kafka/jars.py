"""The jars of Apache Kafka, downloaded from Maven Central by jgo and checked by SHA-256.

`jgo.toml` lists the direct dependencies, `jars.sha256` all resolved jars (in the format of `sha256sum`). Only the
second is used to run.
"""

import errno
import fcntl
import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from local.errors import CannotRun
from local.paths import PACKAGE

LIST = PACKAGE / "jars.sha256"
SPEC = PACKAGE / "jgo.toml"
TRIES = 3
Fetched = Callable[[int], None]


def pinned(listing: Path = LIST) -> dict[str, str]:
    """Path below the cache -> SHA-256, for every jar that Kafka runs on."""
    lines = (line.split() for line in listing.read_text().splitlines())
    return {path: digest for digest, path in lines}


def ensure(cache: Path, fetched: Fetched = lambda _: None) -> list[Path]:
    """The class path, complete and checked. Downloads missing or changed jars; `fetched` gets the bytes of each.

    Several processes may call it at once. Raises CannotRun, naming the jar, if a download or a checksum fails.
    """
    listed = pinned()
    with _locked(cache):
        if bad := wrong(cache, listed):
            _fetch(cache, bad, fetched)
        if still_bad := wrong(cache, bad):
            raise CannotRun(
                f"{next(iter(still_bad))} was downloaded but is not the file that {LIST.name} lists: "
                "something between here and Maven Central changes it."
            )
    return [cache / path for path in listed]


def wrong(cache: Path, listed: Mapping[str, str]) -> dict[str, str]:
    """The listed jars that are missing below `cache` or have another checksum."""
    return {path: digest for path, digest in listed.items() if digest_of(cache / path) != digest}


def digest_of(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


def relist(cache: Path) -> str:
    """Resolve `jgo.toml` anew; returns the new text of `jars.sha256`."""
    from jgo.env import EnvironmentBuilder, EnvironmentSpec

    with open_maven(cache) as maven:
        dependencies = EnvironmentBuilder(context=maven).spec_to_dependencies(EnvironmentSpec.load(SPEC))
        inputs, transitive = maven.resolver.resolve(dependencies)
        found = [*inputs, *transitive]
        jars = sorted(each.artifact.resolve() for each in found if each.scope in {"compile", "runtime"})
    return "".join(f"{digest_of(jar)}  {jar.relative_to(cache).as_posix()}\n" for jar in jars)


def _fetch(cache: Path, paths: Mapping[str, str], fetched: Fetched) -> None:
    def fetch(maven: Any, path: str, tries: int = TRIES) -> None:
        (cache / path).unlink(missing_ok=True)
        try:
            fetched(_artifact(maven, path).resolve().stat().st_size)
        except OSError:  # includes the errors of requests
            if tries == 1:
                raise
            fetch(maven, path, tries - 1)

    with open_maven(cache) as maven, ThreadPoolExecutor(8) as pool:
        waiting = {pool.submit(fetch, maven, path): path for path in paths}
        for done in as_completed(waiting):
            if reason := done.exception():
                pool.shutdown(wait=False, cancel_futures=True)
                raise CannotRun(_reason(cache / waiting[done], reason)) from reason


def _reason(file: Path, reason: BaseException) -> str:
    if isinstance(reason, OSError) and reason.errno in {errno.ENOSPC, errno.EACCES, errno.EROFS}:
        return f"{file.name} cannot be written to {file.parent}: {reason.strerror}."
    return (
        f"{file.name} cannot be downloaded from Maven Central ({type(reason).__name__}): "
        "the first start needs the network, later ones do not."
    )


def _artifact(maven: Any, path: str) -> Any:
    *group, name, version, file = PurePosixPath(path).parts
    classifier = file.removeprefix(f"{name}-{version}").removesuffix(".jar").removeprefix("-")
    return maven.project(".".join(group), name).at_version(version).artifact(classifier, "jar")


@contextmanager
def open_maven(cache: Path) -> Iterator[Any]:
    """A client of Maven Central that keeps files in `cache`."""
    import truststore
    from jgo.maven import MavenContext

    truststore.inject_into_ssl()  # use the certificates of this machine, not only those of certifi
    try:
        yield MavenContext(repo_cache=cache, timeout=60)
    finally:
        truststore.extract_from_ssl()  # other clients in this process bring contexts of their own


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
