"""An address that is nobody's: a page for a browser, a problem for a program."""

import pytest

from support.front import Front

pytestmark = pytest.mark.asyncio(loop_scope="module")
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.mark.parametrize(("lang", "words"), [("id", "Halaman ini tidak ditemukan"), ("en", "This page was not found")])
@pytest.mark.parametrize("path", ["/tidak-ada", "/lacak/a/b", "/index.php?x=<script>alert(1)</script>"])
async def test_a_browser_reads_what_to_do_next(front: Front, path: str, lang: str, words: str) -> None:
    answer = await front.web.get(path, headers={"Accept": BROWSER, "Accept-Language": lang})
    assert answer.status_code == 404
    assert words in answer.text
    assert 'href="/lapor"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "alert(1)" not in answer.text.replace("%3Cscript%3Ealert(1)%3C/script%3E", "")


async def test_a_form_that_is_sent_nowhere_is_answered_with_a_page(front: Front) -> None:
    answer = await front.web.post("/tidak-ada", data={"a": "b"}, headers={"Accept": BROWSER})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/open311/v2/nowhere.json", "/nowhere"])
async def test_a_program_gets_a_problem(front: Front, path: str) -> None:
    answer = await front.web.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/")
    assert (await front.web.get("/api/v1/nowhere", headers={"Accept": BROWSER})).json()["status"] == 404
