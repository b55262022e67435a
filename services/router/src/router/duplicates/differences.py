"""The first thing that sets two reports apart, by their contrasts; None if nothing does.

A join hides one report behind another, so what one tells and the other does not is a difference, and no list of
differences is needed. Only times count where both tell one.
"""

from collections.abc import Callable, Iterator
from typing import Final

from router.duplicates.contrasts import Contrasts, Sets
from router.duplicates.evidence import Content, is_turned_round, unaccounted
from router.duplicates.spelling import is_one_name
from router.duplicates.times import MOMENT

AGES: Final = 5.0
"""Reports of one matter do not differ more than this many times in how long ago it began."""
_WEEK: Final = 7


def difference(one: Contrasts, other: Contrasts) -> str | None:
    """What sets them apart, in a word. Symmetric."""
    return next(_differences(one, other), None)


def _differences(one: Contrasts, other: Contrasts) -> Iterator[str]:
    checks: tuple[tuple[str, Callable[[Contrasts, Contrasts], bool]], ...] = (
        ("value", lambda a, b: a.content.values != b.content.values),
        ("time", _times_differ),
        ("word", lambda a, b: _unaccounted(a.content, b.content) or _unaccounted(b.content, a.content)),
        ("order", lambda a, b: is_turned_round(a.content, b.content)),
    )
    return (name for name, differ in checks if differ(one, other))


def _times_differ(one: Contrasts, other: Contrasts) -> bool:
    past = (_past(each) for each in (one, other))
    return (
        len(set(past)) > 1
        or _share_nothing(one.times, other.times)
        or _dated_otherwise(one, other)
        or _ages_differ(one.days, other.days)
    )


def _past(told: Contrasts) -> frozenset[str]:
    """The days back that are more than a night ago: "minggu lalu" is another flood than one without a time."""
    return told.times.get(MOMENT, frozenset()) - {"0", "1"}


def _share_nothing(one: Sets, other: Sets) -> bool:
    return any(not one[name] & other[name] for name in one.keys() & other.keys())


def _dated_otherwise(one: Contrasts, other: Contrasts) -> bool:
    """Whether one is dated and the other tells how long ago: nobody can see that these agree."""
    return any(
        bool(a.times.keys() & {"date", "month"} and b.days and not b.times.keys() & {"date", "month"})
        or bool("weekday" in a.times and b.days and min(b.days) > _WEEK)
        for a, b in ((one, other), (other, one))
    )


def _ages_differ(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return bool(one and other) and (min(one) > AGES * max(other) or min(other) > AGES * max(one))


def _unaccounted(one: Content, other: Content) -> bool:
    """Whether one text tells something that the other does not, be it in another spelling of a name."""
    missing, others = unaccounted(one, other), {*other.order} - {*one.order}
    return any(not any(is_one_name(word, each) for each in others) for word in missing)
