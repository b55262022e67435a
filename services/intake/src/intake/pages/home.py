"""The home page: what this is, file, track, the books in one line, how it works."""

from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from chassis.http.access import ANYONE
from chassis.pages.parts import Part, parts
from chassis.signin.pages import page_allow, page_router, render
from intake.http.filing import Context
from intake.pages.kit import KEY, PAGES, new_key

BOOKS: Final = "/api/v1/books"
router: APIRouter = page_router()


class BookLine(NamedTuple):
    """Complaints filed: with an agency or the arbiter, waiting to be placed, closed."""

    filed: int
    handled: int
    waiting: int
    closed: int


@router.get("/", dependencies=[page_allow(ANYONE)])
async def home(request: Request, context: Context) -> Response:
    """The page that people see first."""
    found = await parts(request, context.clock, {"books": BOOKS})
    books = found["books"]
    line = book_line(books.body) if books is not None else None
    values: dict[str, Any] = {"books": line, "counted_at": _at(books), "key_field": KEY, "key": new_key()}
    return render(request, "home.html", pages=PAGES, errors={}, code="", **values)


def book_line(books: dict[str, Any]) -> BookLine:
    """The books in three numbers that add up to what was filed. What follows another report counts as its lead does."""
    opened, joined = books["open"], books["joined"]
    waiting = opened.get("router", 0) + opened.get("desk", 0)
    closed = sum(books["closed"].values()) + joined.get("to_closed_lead", 0)
    return BookLine(books["filed"], books["filed"] - waiting - closed, waiting, closed)


def _at(part: Part | None) -> Any:
    return None if part is None else part.at
