"""What every endpoint of router takes: the context, and a body that refuses unknown fields."""

from typing import Annotated

from fastapi import Depends, Request

from router.context import Router
from schemas.contract.base import RequestModel


async def _router(request: Request) -> Router:
    context: Router = request.app.state.router
    return context


Context = Annotated[Router, Depends(_router)]


RequestBody = RequestModel
