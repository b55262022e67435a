"""The home page: what this is, file, track, what was solved lately, the books in one line, how it works; and about."""

from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from chassis.http.access import ANYONE
from chassis.pages.parts import Part, parts
from chassis.signin.pages import language_of, page_allow, page_router, render
from intake.http.filing import Context
from intake.pages.kit import KEY, PAGES, new_key

BOOKS: Final = "/api/v1/books"
SOLVED: Final = {"id": "/api/v1/reports/solved?lang=id", "en": "/api/v1/reports/solved?lang=en"}
WORDS: Final = 180
"""Characters of a solved report that are shown."""
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
    lang = language_of(request)
    found = await parts(request, context.clock, {"books": BOOKS, "solved": SOLVED[lang]})
    books, solved = found["books"], found["solved"]
    line = book_line(books.body) if books is not None else None
    values: dict[str, Any] = {"books": line, "counted_at": _at(books), "key_field": KEY, "key": new_key()}
    values |= {"solved": solved.body["reports"] if solved is not None else None, "most_words": WORDS}
    return render(request, "home.html", pages=PAGES, errors={}, code="", **values)


@router.get("/tentang", dependencies=[page_allow(ANYONE)])
async def about(request: Request) -> Response:
    """How it works, how it is counted, privacy, open data, accessibility."""
    return render(request, "tentang.html", pages=PAGES)


def book_line(books: dict[str, Any]) -> BookLine:
    """The books in three numbers that add up to what was filed. What follows another report counts as its lead does."""
    opened, joined = books["open"], books["joined"]
    waiting = opened.get("router", 0) + opened.get("desk", 0)
    closed = sum(books["closed"].values()) + joined.get("to_closed_lead", 0)
    return BookLine(books["filed"], books["filed"] - waiting - closed, waiting, closed)


def _at(part: Part | None) -> Any:
    return None if part is None else part.at
