"""What every endpoint of router takes: the context, and a body that refuses unknown fields."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict

from router.context import Router


async def _router(request: Request) -> Router:
    context: Router = request.app.state.router
    return context


Context = Annotated[Router, Depends(_router)]


class RequestBody(BaseModel):
    """A request's body; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")
