"""What the agency's routes share."""

from typing import Annotated, Final

from fastapi import Depends, Request

from agency_inbox.context import Inbox

PREFIX: Final = "/api/v1/agencies/{agency}"


async def _inbox(request: Request) -> Inbox:
    context: Inbox = request.app.state.agency_inbox
    return context


Context = Annotated[Inbox, Depends(_inbox)]
