"""Options that several commands share."""

from collections.abc import Callable
from datetime import datetime

import typer

from reporting import timeline


def moment_option(text: str | None, option: str, read: Callable[[str], datetime] = timeline.instant) -> datetime | None:
    """The moment that an option names; None: it was not given. `read`: what a day without a time means.

    Raises:
        typer.BadParameter: it is no date and no time.
    """
    try:
        return read(text) if text else None
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter("a date such as 2026-03-01, or a time in ISO 8601", param_hint=option) from error
