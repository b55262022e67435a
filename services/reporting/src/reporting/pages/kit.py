"""The kit with reporting's templates and texts."""

from typing import Final

from chassis.pages.render import Kit

PAGES: Final = Kit("reporting.pages")
