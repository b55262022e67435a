"""What the pages deliver: whole, ours to use, small, and kept by browsers until it changes."""

import gzip
import importlib.util
import re
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import cramjam
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from chassis.http.web import install
from chassis.pages import assets
from chassis.pages.routes import router

ROOT: Final = Path(__file__).parents[3]
MOST_BYTES: Final = 100_000
SPEC: Final = importlib.util.spec_from_file_location("page_assets", ROOT / "deploy/page_assets.py")
assert SPEC is not None
assert SPEC.loader is not None
page_assets: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(page_assets)


@pytest.fixture
def web() -> TestClient:
    app = FastAPI()
    app.include_router(router)

    async def ready() -> dict[str, str]:
        return {}

    install(app, ready)
    return TestClient(app)


def test_the_styles_name_no_file_no_font_and_no_crest_of_others() -> None:
    css = assets.assets()["satupintu.css"].body.decode()
    assert "url(" not in css
    assert "@font-face" not in css
    assert "GDS Transport" not in css
    assert ".govuk-error-summary" in css, "the components are there"
    assert "MIT License" in css


def test_the_styles_have_every_component_that_a_page_has_and_few_others() -> None:
    css = assets.assets()["satupintu.css"].body.decode()
    theirs = files("chassis.pages").joinpath("static", "vendor", "govuk-frontend.css").read_text()
    source = [
        path
        for folder in (ROOT / "services", ROOT / "deploy")
        for path in folder.rglob("*")
        if path.suffix in {".html", ".py", ".js"}
    ]
    texts = (path.read_text() for path in source if "vendor" not in path.parts)
    used = {name for text in texts for name in re.findall(r"govuk-[a-z][a-zA-Z0-9_-]*[a-z0-9]", text)}
    assert len(used) > 20, "templates were looked at"
    classes = [set(re.findall(r"\.(govuk-[\w-]+)", each)) for each in (theirs, css)]
    assert used & classes[0] <= classes[1]
    assert "govuk-accordion" in theirs
    assert "govuk-accordion" not in css
    assert not re.search(r"@media[^{]*\{\}", css)
    assert css.count("{") == css.count("}")


def test_all_that_a_page_loads_is_small() -> None:
    assert sum(len(each.gzip) for each in assets.assets().values()) < MOST_BYTES / 2


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None), ("identity", None)],
)
def test_a_browser_gets_the_smallest_form_that_it_takes(web: TestClient, accepted: str, encoding: str | None) -> None:
    asset = assets.assets()["satupintu.js"]
    with web.stream("GET", asset.address, headers={"Accept-Encoding": accepted}) as answer:
        body = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "accept-encoding"
    plain = {"br": lambda: bytes(cramjam.brotli.decompress(body)), "gzip": lambda: gzip.decompress(body)}
    assert (plain[encoding]() if encoding else body) == asset.body


def test_a_file_is_kept_for_ever_at_an_address_of_its_content(web: TestClient) -> None:
    for asset in assets.assets().values():
        answer = web.get(asset.address)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == asset.media_type
    changed = assets.Asset("satupintu.js", b"x")
    assert changed.address != assets.assets()["satupintu.js"].address
    assert web.get(changed.address).status_code == 404
    assert web.get("/aset/..%2fpages.py").status_code == 404


def test_a_download_with_another_content_is_not_used() -> None:
    assert page_assets.is_whole(
        b"", "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
    )
    assert not page_assets.is_whole(
        b"x", "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
    )
