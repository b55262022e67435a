"""How long pages take by the processor time of this process, and how much a browser gets before pictures: with as many
complaints in the store as `PAGES_STATE` holds (a state with its read models), else with `COMPLAINTS` that are made first.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cramjam
import httpx
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser

from bench.measure import Result
from chassis.base.settings import read_settings
from chassis.pages.assets import assets
from local.front import create_app
from support.signed_in import RoleTokens, sign_in

COMPLAINTS = 10_000
PER_COMPLAINT = 8
ASKED = 15
MOST_MS, MOST_BYTES = 100.0, 100_000
DELIVERED = ("satupintu.css", "satupintu.js", "htmx.js", "tanda.svg")


def run() -> list[Result]:
    state = os.environ.get("PAGES_STATE")
    if state is not None:
        return asyncio.run(_measure(Path(state)))
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "SATUPINTU_STATE_DIR": folder, "PYTHONPATH": "tests"}
        for argv in (["bench.history", str(COMPLAINTS * PER_COMPLAINT)], ["chassis.cli.main", "rebuild", "all"]):
            subprocess.run([sys.executable, "-m", *argv], env=env, check=True)
        return asyncio.run(_measure(Path(folder)))


async def _measure(state: Path) -> list[Result]:
    os.environ["SATUPINTU_STATE_DIR"] = str(state)
    for name in ("FILINGS", "REQUESTS", "PRINCIPAL_REQUESTS"):
        os.environ[f"SATUPINTU_{name}_PER_MINUTE"] = "0"
    app = create_app(read_settings())
    found = []
    async with app.router.lifespan_context(app):
        app.state.access = RoleTokens()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
            for path, roles in await _pages(web):
                found.append(await _one(app, web, path, roles))
    return found


async def _pages(web: httpx.AsyncClient) -> list[tuple[str, tuple[str, ...]]]:
    """Each page and who looks at it: the body with most reports, and a report of it."""
    counts = (await web.get("/api/v1/counts", params={"by": "agency"})).json()["counts"]
    most = max((each for each in counts if each["key"]), key=lambda each: each["count"])["key"]
    officer, desk, arbiter, operator = (f"officer:{most}",), ("triage",), ("arbiter",), ("operator",)
    number = (await web.get("/api/v1/reports", params={"agency": most})).json()["reports"][0]["public_number"]
    headers = {"Authorization": f"Bearer officer:{most}"}
    inbox = (await web.get(f"/api/v1/agencies/{most}/inbox", headers=headers)).json()["complaints"]
    triage = (await web.get("/api/v1/triage", headers={"Authorization": "Bearer triage"})).json()["complaints"]
    cases = [f"/petugas/{one['id']}" for one in inbox[:1]]
    waiting = [f"/meja/{one['id']}" for one in triage[:1]]
    public = [
        "/", "/lapor", "/lacak", "/laporan", "/laporan?q=jalan", f"/laporan?instansi={most}", "/laporan?tampilan=peta",
        f"/laporan/{number}", "/instansi", f"/instansi/{most}", "/terabaikan", "/statistik", "/tentang",
    ]  # fmt: skip
    charts = [path for path in await _links(web, "/statistik") if path.startswith("/statistik/") and "csv" not in path]
    return [
        *((path, ()) for path in [*public, *sorted(set(charts))]),
        *((path, officer) for path in ("/petugas", *cases, "/petugas/tenggat", "/petugas/unit", "/petugas/templat")),
        *((path, desk) for path in ("/meja", *waiting, "/meja/aduan-isi", "/preseden", "/api/v1/triage")),
        *((path, arbiter) for path in ("/arbiter", "/pengawas")),
        *((path, operator) for path in ("/operator", "/operator/instansi", f"/operator/instansi/{most}")),
    ]


async def _links(web: httpx.AsyncClient, path: str) -> list[str]:
    page = LexborHTMLParser((await web.get(path)).text)
    return [str(node.attributes.get("href")).partition("?")[0] for node in page.css("main a[href]")]


async def _one(app: FastAPI, web: httpx.AsyncClient, path: str, roles: tuple[str, ...]) -> Result:
    web.cookies.clear()
    if roles:
        sign_in(app, web, *roles)
    took, answer = [], await web.get(path, headers={"Accept": "text/html"})
    for _ in range(ASKED):
        begun = time.process_time()
        answer = await web.get(path, headers={"Accept": "text/html"})
        took.append((time.process_time() - begun) * 1000)
    size = len(cramjam.brotli.compress(answer.content, 5)) + sum(len(assets()[name].brotli) for name in DELIVERED)
    notes = {"status": answer.status_code, "kB": round(size / 1000), "most ms": round(max(took), 1)}
    wrong = "" if answer.status_code == 200 else f"status {answer.status_code}"
    wrong = wrong or (f"{size} bytes" if size > MOST_BYTES else "")
    return Result(f"page {path}", statistics.median(took), 0, "ms", notes=notes, most=MOST_MS, void=wrong)
