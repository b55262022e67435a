"""Subscription of a store that can read pages and wait for a position; used by the memory and SQL stores."""

from collections.abc import AsyncIterator, Awaitable, Callable

from chassis.base.ports import Page


async def follow(
    read: Callable[[int | None], Awaitable[Page]], beyond: Callable[[int], Awaitable[None]], after: int | None
) -> AsyncIterator[Page]:
    """Endless pages after `after`. Yields the first at once, then only pages with events, a later position, or a change
    to caught up.
    """
    reported_caught_up = False
    first = True
    while True:
        page = await read(after)
        if first or page.events or page.position != after or page.caught_up > reported_caught_up:
            yield page
        first, reported_caught_up, after = False, page.caught_up, page.position
        if page.caught_up:
            await beyond(after or 0)
