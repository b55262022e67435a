"""Signing in on pages with a real browser, as one of the demo people at the demo provider."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from local.issuer.state import make as make_issuer
from local.paths import free_port
from local.platform.processes import PlatformLayout, process_specs
from local.platform.state_dir import make_secrets
from local.process.child import ManagedProcess
from support.commands import NOWHERE
from support.pages_in_browser import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Front and demo provider as real processes, without Kafka and workers."""
    state = tmp_path_factory.mktemp("pages")
    make_secrets(state)
    make_issuer(state, state / "secrets" / "oidc-client.secret")
    layout = PlatformLayout(state, free_port(), NOWHERE, issuer=free_port())
    specs = [spec for spec in process_specs(layout) if spec.name in ("front", "issuer")]
    processes = [ManagedProcess(spec.name, spec.argv, state / f"{spec.name}.log", spec.env) for spec in specs]
    try:
        for process, spec in zip(processes, specs, strict=True):
            process.start()
            wait_for(process, spec.ready_url)
        yield f"http://127.0.0.1:{layout.port}"
    finally:
        for process in processes:
            process.stop(10)


@pytest.fixture
async def browser(address: str) -> AsyncIterator[BrowserContext]:
    """A new browser in Indonesian, without cookies."""
    assert Path(CHROMIUM).exists(), "install the package chromium"
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield await started.new_context(base_url=address, locale="id-ID")
        await started.close()


async def sign_in(page: Page, path: str, person: str) -> None:
    await page.goto(path)
    await page.get_by_role("button", name=person).click()


async def test_a_demo_person_signs_in_sees_their_roles_and_signs_out(browser: BrowserContext, address: str) -> None:
    page = await browser.new_page()
    await sign_in(page, "/saya", "Maya Anggraini")
    await page.wait_for_url("**/saya")
    assert await page.get_by_role("heading", level=1).inner_text() == "Anda masuk sebagai Maya Anggraini"
    assert await page.get_by_role("main").get_by_role("listitem").all_inner_texts() == ["analis", "meja triase"]

    [cookie] = [each for each in await browser.cookies(address) if each["name"] == "satupintu"]
    flags = (cookie["httpOnly"], cookie["sameSite"], cookie["path"], cookie["expires"], cookie["domain"])
    assert flags == (True, "Lax", "/", -1, "127.0.0.1")
    assert await page.evaluate("document.cookie") == ""

    await page.get_by_role("button", name="Keluar", exact=True).click()
    await page.wait_for_url("**/keluar")
    await page.get_by_role("heading", name="Anda sudah keluar").wait_for()
    assert [each for each in await browser.cookies(address) if each["name"] == "satupintu"] == []
    await page.goto("/saya")
    await page.get_by_role("button", name="Maya Anggraini").wait_for()


async def test_signing_out_everywhere_ends_another_browser_too(browser: BrowserContext, address: str) -> None:
    assert browser.browser is not None
    other = await browser.browser.new_context(base_url=address, locale="en-GB")
    here, there = await browser.new_page(), await other.new_page()
    for page in (here, there):
        await sign_in(page, "/saya", "Dewi Lestari")
        await page.wait_for_url("**/saya")
    assert await there.get_by_role("main").get_by_role("listitem").all_inner_texts() == ["triage desk"]
    await here.get_by_role("button", name="Keluar di semua perangkat").click()
    await here.get_by_role("heading", name="Anda sudah keluar").wait_for()
    await there.get_by_role("button", name="Sign out", exact=True).click()
    await there.get_by_role("heading", name="Your session has ended").wait_for()


async def test_a_page_of_another_origin_cannot_sign_anybody_out(browser: BrowserContext, address: str) -> None:
    page = await browser.new_page()
    await sign_in(page, "/saya", "Dewi Lestari")
    await page.wait_for_url("**/saya")
    token = await page.locator("input[name=csrf]").first.input_value()
    foreign = await browser.new_page()
    # Another port is another origin, and to the browser the same site: its cookies are sent.
    await foreign.route(
        "http://127.0.0.1:1/**", lambda route: route.fulfill(body=_form(address, token), content_type="text/html")
    )
    await foreign.goto("http://127.0.0.1:1/")
    await foreign.get_by_role("button").click()
    await foreign.get_by_role("heading", name="Formulir ini tidak diterima").wait_for()
    await page.reload()
    assert "Dewi Lestari" in await page.get_by_role("heading", level=1).inner_text()


@pytest.mark.parametrize(
    "path", ["//evil.test/", "/\\evil.test/", "/\t/evil.test/", "https://evil.test/", "/.//evil.test"]
)
async def test_the_browser_never_ends_on_another_site(browser: BrowserContext, address: str, path: str) -> None:
    page = await browser.new_page()
    await page.goto("about:blank")
    link = httpx.URL(f"{address}/masuk", params={"lanjut": path})
    await sign_in(page, str(link), "Dewi Lestari")
    await page.wait_for_url(f"{address}/**")
    assert page.url == f"{address}/saya"


def _form(address: str, token: str) -> str:
    field = f'<input type="hidden" name="csrf" value="{token}">'
    return f'<form method="post" action="{address}/keluar">{field}<button>x</button></form>'
