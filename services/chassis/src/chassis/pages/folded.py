"""A timeline without the reminders that newer ones of the same clock have made old."""

from collections.abc import Hashable, Iterable, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

FEWEST: Final = 2
"""One line is not folded: the line that opens it would be as long."""


class Entry(NamedTuple):
    """What stands in one place of a timeline: a moment, or reminders that the reader may open."""

    moment: Any
    earlier: Sequence[Any] = ()


def folded(moments: Iterable[Any]) -> list[Entry]:
    """The entries of a timeline, newest first as the moments. Of the reminders of each clock (`moment.reminder`, see
    `schemas.wording.casefile.TimelineRow`) the newest stays; those before it are folded where they follow each other.
    """
    entries: list[Entry] = []
    seen: set[Hashable] = set()
    for repeats, run in groupby(moments, key=lambda moment: _reminder(moment) is not None):
        if repeats:
            entries += _newest_and_folded(list(run), seen)
        else:
            entries += [Entry(moment) for moment in run]
    return entries


def _newest_and_folded(run: Sequence[Any], seen: set[Hashable]) -> list[Entry]:
    newest: list[Any] = []
    earlier: list[Any] = []
    for moment in run:
        (earlier if _reminder(moment) in seen else newest).append(moment)
        seen.add(_reminder(moment))
    if len(earlier) < FEWEST:
        return [Entry(moment) for moment in run]
    return [*map(Entry, newest), Entry(None, earlier)]


def _reminder(moment: Any) -> Hashable:
    return getattr(moment, "reminder", None)
