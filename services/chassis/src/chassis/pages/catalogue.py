"""Keeps the catalogues equal to the texts of the pages: `python -m chassis.pages.catalogue [--check] PACKAGE...`.

`make texts` writes new texts into each package's `locale/en.po`, without translation; translators fill them in.
"""

import sys
from collections.abc import Iterable
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

METHODS: Final = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS: Final = {"**/templates/**.html": {"silent": "false", "extensions": "jinja2.ext.do"}}
KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}


def main(arguments: list[str]) -> int:
    """Write the catalogues, or only tell what is wrong with them."""
    check, faults = "--check" in arguments, list[str]()
    for package in [each for each in arguments if not each.startswith("-")]:
        root = Path(str(files(package)))
        if not check:
            write(root)
        faults += [f"{package}: {fault}" for fault in faults_of(root)]
    print(*faults, sep="\n")  # noqa: T201 - a command speaks to its caller
    return 1 if check and faults else 0


def used(root: Path) -> Catalog:
    """The texts of a package's templates and modules."""
    catalogue = Catalog(locale="en", fuzzy=False)
    found = extract_from_dir(str(root), METHODS, OPTIONS, KEYWORDS, strip_comment_tags=True)
    for filename, _line, message, _comments, context in sorted(found, key=lambda each: (each[0], each[1])):
        catalogue.add(message, None, [(filename, 1)], context=context)
    return catalogue


def kept(root: Path) -> Catalog:
    """The catalogue as it is kept."""
    path = root / "locale" / "en.po"
    return read_po(BytesIO(path.read_bytes()), "en") if path.exists() else Catalog(locale="en")


def write(root: Path) -> None:
    """Bring the kept catalogue up to date."""
    catalogue = kept(root)
    catalogue.update(used(root), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path = root / "locale" / "en.po"
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, omit_header=False, sort_output=False, no_location=True)


def faults_of(root: Path) -> Iterable[str]:
    """Texts without a translation, translations without a text, and wrong placeholders."""
    wanted, there = used(root), kept(root)
    for message in wanted:
        found = there.get(message.id, message.context)
        if not message.id:
            continue  # the header
        if found is None or found.fuzzy or not all(_strings(found)):
            yield f"not translated: {message.id}"
        else:
            yield from (f"{message.id}: {error}" for error in found.check(there))
    yield from (f"not used: {message.id}" for message in there if message.id and message.id not in wanted)


def _strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (str(message.string),)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
