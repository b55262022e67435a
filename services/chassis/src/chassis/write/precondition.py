"""Preconditions of a command (RFC 9110, section 13): entity tags of the state that the client last read."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

from chassis.write.loaded import LoadedStream
from schemas.base.refusals import InvalidField, VersionMismatch

ANY: Final = "*"
_TAG: Final = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_LIST: Final = re.compile(rf"[ \t,]*{_TAG.pattern}([ \t]*,[ \t,]*{_TAG.pattern})*[ \t,]*")
TagOf = Callable[[LoadedStream], Awaitable[str]]
"""The entity tag that a client reads of the complaint which this stream belongs to."""


class Precondition(NamedTuple):
    """`match` and `none_match`: what `If-Match` and `If-None-Match` list; None: the header was not sent.

    A tag keeps its quotes, so that `*` is none. `match` holds strong tags only, since weak ones never match there.
    """

    match: frozenset[str] | None = None
    none_match: frozenset[str] | None = None

    def check(self, tag: str) -> None:
        """Compare with the entity tag of the present state.

        Raises:
            VersionMismatch: the client has read another state.
        """
        matches = self.match is None or bool(self.match & {tag, ANY})
        if not matches or (self.none_match is not None and self.none_match & {tag, ANY}):
            raise VersionMismatch(expected=", ".join(sorted(self.match or ())), actual=tag.strip('"'))


UNCONDITIONAL: Final = Precondition()


def entity_tag(*versions: int) -> str:
    """The strong entity tag of a state that these versions make up: the complaint's own first, then its parts'."""
    return f'"{".".join(map(str, versions))}"'


async def version_tag(loaded: LoadedStream) -> str:
    """The entity tag of a complaint that is one stream."""
    return entity_tag(loaded.state.version)


def if_match(given: Sequence[str]) -> frozenset[str] | None:
    """What the lines of an `If-Match` header list, for strong comparison.

    Raises:
        InvalidField: neither `*` nor a list of entity tags.
    """
    found = _listed(given, "If-Match")
    return None if found is None else frozenset(tag for weak, tag in found if not weak)


def if_none_match(given: Sequence[str]) -> frozenset[str] | None:
    """What the lines of an `If-None-Match` header list, for weak comparison.

    Raises:
        InvalidField: neither `*` nor a list of entity tags.
    """
    found = _listed(given, "If-None-Match")
    return None if found is None else frozenset(tag for _, tag in found)


def _listed(given: Sequence[str], field: str) -> list[tuple[str, str]] | None:
    if not given:
        return None
    text = ",".join(given)
    if text.strip(" \t") == ANY:
        return [("", ANY)]
    if _LIST.fullmatch(text) is None:
        raise InvalidField(field=field, why='must be * or entity tags such as "7"')
    return _TAG.findall(text)
