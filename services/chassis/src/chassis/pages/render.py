"""Renders a package's templates in the kit's layout. Everything that a template shows is escaped.

PAGES = Kit("intake.pages")      # has `templates/`; the texts are in `locale/` of the top-level package
PAGES.render(view, "home.html", books=...)
"""

from collections.abc import Mapping
from datetime import date as Date  # noqa: N812 - a filter of templates has its name
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from jinja2.ext import do

from chassis.pages import charts, dates
from chassis.pages.assets import address
from chassis.pages.folded import folded
from chassis.pages.navigation import entries_for
from chassis.pages.texts import LANGUAGES, N_, texts
from chassis.pages.unbroken import unbroken
from schemas.access.principal import PUBLIC, Principal
from schemas.base.sealed import ERASED
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.wording.masks import Kind

MASKS: Final[Mapping[str, str]] = {
    Kind.LINK: N_("tautan"),
    Kind.MAIL: N_("surel"),
    Kind.PLATE: N_("nomor kendaraan"),
    Kind.IDENTITY: N_("NIK"),
    Kind.PHONE: N_("nomor telepon"),
    Kind.ACCOUNT: N_("nomor"),
    "position": N_("letak"),
    "address": N_("alamat"),
}
"""What a page shows for a mask, which the API writes as one English word in brackets."""


class View(NamedTuple):
    """Who looks at which page, in which language. `query`: of its address, undecoded."""

    lang: str
    path: str = "/"
    query: str = ""
    who: Principal = PUBLIC

    def in_language(self, lang: str) -> str:
        """The address of this page in a language: the rest of its query stays."""
        given = [(name, value) for name, value in parse_qsl(self.query, keep_blank_values=True) if name != "lang"]
        return f"{self.path}?{urlencode([*given, ('lang', lang)])}"


class Kit:
    """The pages of one package."""

    def __init__(self, package: str) -> None:
        self._package = package

    def render(self, view: View, template: str, **values: Any) -> str:
        """The page in HTML."""
        environment = _environment(self._package, view.lang)
        layout: Mapping[str, Any] = {"view": view, "lang": view.lang, "navigation": entries_for(view.who)}
        # The head is the same everywhere, whatever a service's catalogue makes of the same words.
        layout = {**layout, "chassis_text": texts("chassis", view.lang).gettext}
        return unbroken(environment.get_template(template).render({**layout, **values}))

    def text(self, message: str, lang: str, **values: Any) -> str:
        """One text of the package in a language, with its placeholders (`%(name)s`) filled in."""
        found = texts(self._package.partition(".")[0], lang).gettext(message)
        return found % values if values else found


def number(value: float, lang: str) -> str:
    """A number with its thousands apart: `12.345` in Indonesian, `12,345` in English."""
    shown = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return shown.translate(str.maketrans(",.", ".,")) if lang == "id" else shown


@cache
def _environment(package: str, lang: str) -> Environment:
    gone = texts("chassis", lang).gettext(N_("Sudah dihapus bersama data pelapor."))
    made = Environment(
        # What was sealed under a key that is destroyed reads as one English word, wherever it is shown.
        finalize=lambda value: gone if value == ERASED else value,
        loader=ChoiceLoader([PackageLoader(package), PrefixLoader({"kit": PackageLoader("chassis.pages")})]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", do],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.install_gettext_translations(texts(package.partition(".")[0], lang), newstyle=True)  # type: ignore[attr-defined]

    def moment(at: datetime, zone: str = DEFAULT_ZONE) -> str:
        return dates.moment(at, lang, zone)

    def day(at: datetime, zone: str = DEFAULT_ZONE) -> str:
        return dates.day(at, lang, zone)

    def iso_day(written: str) -> str:
        """A date or moment in ISO 8601 as a day; what is none stays."""
        try:
            at = datetime.fromisoformat(written)
        except ValueError:
            return written
        return dates.day(at, lang) if at.tzinfo else dates.date(at.date(), lang)

    def masks(text: str) -> str:
        for kind, name in MASKS.items():
            text = text.replace(f"[{kind}]", f"[{texts('chassis', lang).gettext(name)}]")
        return text

    def date(on: Date) -> str:
        return dates.date(on, lang)

    made.filters |= {
        "masks": masks,
        "moment": moment,
        "day": day,
        "iso_day": iso_day,
        "date": date,
        "number": lambda value: number(value, lang),
    }
    made.globals |= {"asset": address, "languages": LANGUAGES, "distance": dates.distance, "folded": folded,
                     "bars": charts.bars, "grid": charts.grid, "lines": charts.lines, "plot": charts.plot}  # fmt: skip
    return made
