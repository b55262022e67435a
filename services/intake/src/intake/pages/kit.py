"""The kit with intake's templates and texts, and how its forms are read."""

from typing import Final

from chassis.pages.forms import KEY, Form, faults, key_of, new_key
from chassis.pages.render import Kit

__all__ = ["KEY", "PAGES", "Form", "faults", "key_of", "new_key"]
PAGES: Final = Kit("intake.pages")
