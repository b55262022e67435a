"""Pages that anybody gets are compressed; one that may hold what only its reader may know never is (BREACH)."""

import cramjam
import pytest
from fastapi import Request, Response

from chassis.pages.compressed import chosen, compress

PAGE = "<p>Lampu jalan padam.</p>" * 200


def answered(method: str = "GET", accepted: str = "gzip, br", **headers: str) -> Response:
    given = {"accept-encoding": accepted, **headers}
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    page = Response(PAGE, media_type="text/html")
    compress(Request({"type": "http", "method": method, "headers": raw}), page)
    return page


@pytest.mark.parametrize("accepted", ["br", "gzip", "gzip, br", "br;q=0, gzip;q=0.5"])
def test_what_anybody_gets_is_compressed_as_the_browser_takes_it(accepted: str) -> None:
    page = answered(accepted=accepted)
    unpacked = {"br": cramjam.brotli.decompress, "gzip": cramjam.gzip.decompress}[page.headers["content-encoding"]]
    assert bytes(unpacked(page.body)) == PAGE.encode()
    assert int(page.headers["content-length"]) == len(page.body) < len(PAGE) / 10
    assert page.headers["vary"] == "accept-encoding, cookie"


def test_the_cookie_of_the_language_names_nobody() -> None:
    assert "content-encoding" in answered(cookie="bahasa=en").headers


@pytest.mark.parametrize(
    "asked",
    [
        {"cookie": "satupintu=x"},
        {"cookie": "bahasa=en; lacak=SP-2026-000001-8:x"},
        {"cookie": "__Host-ikuti=x"},
        {"authorization": "Bearer x"},
        {"method": "POST"},
        {"accepted": "identity"},
        {"accepted": "br;q=0, gzip;q=0.000"},
    ],
)
def test_what_its_reader_alone_gets_is_not(asked: dict[str, str]) -> None:
    page = answered(**asked)
    assert bytes(page.body) == PAGE.encode()
    assert "content-encoding" not in page.headers


@pytest.mark.parametrize(
    ("accepted", "found"),
    [("", None), ("GZIP", "gzip"), ("br;q=0.1", "br"), ("gzip;q=0", None), ("*", None), ("zstd, deflate", None)],
)
def test_the_smallest_that_is_taken_is_chosen(accepted: str, found: str | None) -> None:
    assert chosen(accepted) == found
