"""Makes one copy: `python -I -m intake.cleaning.child MEDIA_TYPE SECONDS BYTES`, from standard input to standard
output, which are files. Started by `intake.cleaning.cleaner` for each file, without the platform's environment.

The exit status: 0 a copy was made, 1 it cannot be made, 2 the file is harmful. Limits of processor time, memory and
size of the copy are set before the file is looked at; after the libraries are loaded, the process gives up every other
right (`intake.cleaning.sandbox`).
"""

import importlib
import resource
import sys
from typing import IO, Any, Final

from intake.cleaning.errors import Harmful
from intake.cleaning.sandbox import enter

MADE: Final = 0
NOT_CLEANABLE: Final = 1
HARMFUL: Final = 2
RANDOM: Final = ("/dev/urandom",)
"""qpdf opens it for a moment to read a protected PDF."""
_MODULES: Final = {"image": "pictures", "video": "recordings", "audio": "recordings"}


def module_of(media_type: str) -> str:
    """The module that cleans files of this type."""
    main, _, sub = media_type.partition("/")
    return _MODULES.get(main) or ("pdf" if sub == "pdf" else "office")


def limit(cpu_s: int, memory_bytes: int) -> None:
    for what, most in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, memory_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main(argv: list[str], source: IO[bytes], target: IO[bytes]) -> int:
    """Make the copy; the exit status."""
    media_type, cpu_s, memory_bytes = argv
    limit(int(cpu_s), int(memory_bytes))
    name = module_of(media_type)
    module: Any = importlib.import_module(f"intake.cleaning.{name}")
    module.prepare()
    enter(RANDOM if name == "pdf" else ())
    try:
        module.clean(source, target, *([media_type] if name in ("pictures", "recordings") else []))
        target.flush()
    except (Harmful, MemoryError):
        return HARMFUL
    except Exception:  # noqa: BLE001 - a decoder may raise anything about a file that somebody made up
        return NOT_CLEANABLE
    return MADE


if __name__ == "__main__":
    with open(0, "rb", closefd=False) as given, open(1, "r+b", closefd=False) as made:
        sys.exit(main(sys.argv[1:], given, made))
