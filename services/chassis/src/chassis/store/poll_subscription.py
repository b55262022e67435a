"""How a reader follows a store that can read pages and wait: the subscription all our own stores share."""

from collections.abc import AsyncIterator, Awaitable, Callable

from chassis.base.ports import Page


async def follow(
    read: Callable[[int | None], Awaitable[Page]], beyond: Callable[[int], Awaitable[None]], after: int | None
) -> AsyncIterator[Page]:
    """Pages without end after `after`. The first one comes at once; from then on only what is news: events, a
    position further on, or that the reader has caught up.
    """
    told_caught_up = False
    first = True
    while True:
        page = await read(after)
        if first or page.events or page.position != after or page.caught_up > told_caught_up:
            yield page
        first, told_caught_up, after = False, page.caught_up, page.position
        if page.caught_up:
            await beyond(after or 0)
