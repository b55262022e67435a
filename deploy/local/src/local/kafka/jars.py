"""Apache Kafka as a list of jars: which ones, brought from Maven Central by jgo, each checked by its SHA-256.

`jgo.toml` says what we ask for, `jars.sha256` what came of it (as `sha256sum` has it); only the second is used to run.
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
    """The class path, complete and checked. Downloads what is missing or wrong, telling `fetched` each jar's bytes.

    Several processes may call it at once. Raises CannotRun, naming the jar, if the network or a checksum fails.
    """
    wanted = pinned()
    with _alone(cache):
        if bad := wrong(cache, wanted):
            _fetch(cache, bad, fetched)
        if still_bad := wrong(cache, bad):
            raise CannotRun(
                f"{next(iter(still_bad))} was downloaded but is not the file that {LIST.name} lists: "
                "something between here and Maven Central changes it."
            )
    return [cache / path for path in wanted]


def wrong(cache: Path, wanted: Mapping[str, str]) -> dict[str, str]:
    """Those of `wanted` that are missing below `cache` or have another checksum."""
    return {path: digest for path, digest in wanted.items() if digest_of(cache / path) != digest}


def digest_of(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


def relist(cache: Path) -> str:
    """Resolves `jgo.toml` anew and returns the text that `jars.sha256` should have."""
    from jgo.env import EnvironmentBuilder, EnvironmentSpec

    maven = _maven(cache)
    asked = EnvironmentBuilder(context=maven).spec_to_dependencies(EnvironmentSpec.load(SPEC))
    inputs, transitive = maven.resolver.resolve(asked)
    jars = sorted(each.artifact.resolve() for each in [*inputs, *transitive] if each.scope in {"compile", "runtime"})
    return "".join(f"{digest_of(jar)}  {jar.relative_to(cache).as_posix()}\n" for jar in jars)


def _fetch(cache: Path, paths: Mapping[str, str], fetched: Fetched) -> None:
    maven = _maven(cache)

    def fetch(path: str, tries: int = TRIES) -> None:
        (cache / path).unlink(missing_ok=True)
        try:
            fetched(_artifact(maven, path).resolve().stat().st_size)
        except OSError:  # requests' errors, too
            if tries == 1:
                raise
            fetch(path, tries - 1)

    with ThreadPoolExecutor(8) as pool:
        waiting = {pool.submit(fetch, path): path for path in paths}
        for done in as_completed(waiting):
            if reason := done.exception():
                pool.shutdown(wait=False, cancel_futures=True)
                raise CannotRun(_why_not(cache / waiting[done], reason)) from reason


def _why_not(file: Path, reason: BaseException) -> str:
    if isinstance(reason, OSError) and reason.errno in {errno.ENOSPC, errno.EACCES, errno.EROFS}:
        return f"{file.name} cannot be kept in {file.parent}: {reason.strerror}."
    return (
        f"{file.name} cannot be downloaded from Maven Central ({type(reason).__name__}): "
        "the first start needs the network, later ones do not."
    )


def _artifact(maven: Any, path: str) -> Any:
    *group, name, version, file = PurePosixPath(path).parts
    classifier = file.removeprefix(f"{name}-{version}").removesuffix(".jar").removeprefix("-")
    return maven.project(".".join(group), name).at_version(version).artifact(classifier, "jar")


def _maven(cache: Path) -> Any:
    import truststore
    from jgo.maven import MavenContext

    truststore.inject_into_ssl()  # trust what this machine trusts, not only what certifi lists
    return MavenContext(repo_cache=cache, timeout=60)


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
