"""Writes `tests/compat/fixture`: the state that this version leaves after a short run with every kind of event.

    PYTHONPATH=tests python -m compat.make_fixture [FOLDER]

Real processes and a real broker, about two minutes. See README.md in this folder for when to run it.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import aiohttp

from chassis.base.clock import FileClock
from chassis.keys.keyring import SqlKeyRing
from chassis.service.platform import open_platform
from compat.state import FIXTURE, essence, write
from local.demo.story import TEXT, LongStory
from local.kafka import jars
from local.paths import REPOSITORY, kafka_cache
from router.reading.model_files import default
from schemas.base.ids import derived_id
from support.door import Door, Json, at_door, reply, submit, until
from support.platform import QUICK, Running, audited, running, stored

CITY, OTHER, REGION = "kota-surabaya", "kota-semarang", "35.78"
UNCLEAR: Final = "Mohon perhatian untuk urusan nomor {} yang belum jelas ini."
LIGHTS: Final = "Lampu jalan padam semua sejak Senin, gelap gulita."
POTHOLE: Final = "Jalan berlubang besar di depan Pasar Cihapit"
AGAIN: Final = "Ada lubang di jalan depan pasar Cihapit, mohon segera ditambal"
PERHAPS: Final = "Jalan berlubang dan pohon miring di depan Pasar Cihapit"
PNG: Final = b"\x89PNG\r\n\x1a\nmade up"
MAIL_DOWN: Final = {"SATUPINTU_NOTICES_URL": "smtp://127.0.0.1:1"}


class Life(Door):
    """The front door, and what the tests ask for again."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        super().__init__(session)
        self.people: dict[str, Json] = {}

    async def someone(self, name: str, text: str | None = None, **more: Any) -> Json:
        """File a complaint and wait until it is placed or at the desk."""
        person = {"name": f"Nama {name.title()}", "email": f"{name}@contoh.id", "phone": "+62 899 0000 0000"}
        key = str(derived_id("life", name))
        words = text or UNCLEAR.format(len(self.people))
        body = {"text": words, "place": {"region": REGION}, "reporter": person, **more}
        filed = await self.post("/api/v1/complaints", key, **body)
        self.people[name] = {each: filed[each] for each in ("id", "tracking_code", "public_number")}
        self.people[name] |= {"key": key, "body": body}
        await until(lambda: self._placed(filed["tracking_code"]), f"a place for {name}")
        return self.people[name]

    async def _placed(self, code: str) -> bool:
        return bool((await self.story(code))["status"] != "unplaced")

    async def at_city(self, name: str, **more: Any) -> Json:
        """File one; the desk places it with the city."""
        one = await self.someone(name, **more)
        await self.reaches(one["tracking_code"], "triage")
        await self.post(f"/api/v1/triage/{one['id']}/placement", agency=CITY)
        await self.reaches(one["tracking_code"], "routed", CITY)
        return one


async def live(life: Life, platform: Running) -> None:
    """Everything while mail goes out."""
    kafka = platform.kafka.cluster
    one = await life.at_city("confirmed", title="Judul contoh")
    await life.agency(CITY, one["id"], "acknowledgement")
    await life.agency(CITY, one["id"], "progress", text="Petugas dijadwalkan.")
    form = aiohttp.FormData({"note": "x"})
    form.add_field("file", PNG, filename="contoh.png")
    path = f"/api/v1/complaints/{one['tracking_code']}/attachments"
    async with life.session.post(path, data=form, headers={"Idempotency-Key": one["id"]}) as answer:
        assert answer.status < 300, await answer.text()
    await life.reporter(one["tracking_code"], "ombudsman", reason="Mohon dilihat.")
    await life.answer(CITY, one["id"], "Sudah kami tangani sampai selesai.")
    await life.reporter(one["tracking_code"], "confirmation", rating=4, words="Terima kasih.")

    await follow(life, platform, await life.at_city("open"))
    one = await life.at_city("anonymous", anonymous=True)
    await life.agency(CITY, one["id"], "clarification", question="Jam berapa?")
    one = await life.someone("restated")
    await life.post(f"/api/v1/triage/{one['id']}/restatement", text="Pelayanan dikeluhkan.", title="Pelayanan")
    one = await life.someone("archived")
    await life.post(f"/api/v1/triage/{one['id']}/archive", reason="unintelligible", note="Tidak jelas.")
    one = await life.at_city("withdrawn", secret=True)
    await life.reporter(one["tracking_code"], "withdrawal", reason="Sudah tidak perlu.")
    one = await life.at_city("erased")
    await life.reporter(one["tracking_code"], "erasure")
    await life.someone("examined", "Pengurusan KTP elektronik di Dukcapil dimintai uang pelicin oleh petugas loket.")

    lead = await life.at_city("lead")
    follower = await life.someone("follower")
    await life.post(f"/api/v1/triage/{follower['id']}/join", lead=lead["id"])
    await life.reaches(follower["tracking_code"], "joined")
    parted = await life.someone("unjoined")
    await life.post(f"/api/v1/triage/{parted['id']}/join", lead=lead["id"])
    await life.reaches(parted["tracking_code"], "joined")
    await life.post(f"/api/v1/triage/{parted['id']}/unjoin")
    await precedent(life, await life.someone("precedent", LIGHTS, place={"region": "32.73"}))
    disputed = await life.at_city("contested")
    await life.agency(CITY, disputed["id"], "return", reason="Bukan urusan kami.")
    await life.reaches(disputed["tracking_code"], "triage")
    await life.post(f"/api/v1/triage/{disputed['id']}/arbitration")
    await life.reaches(disputed["tracking_code"], "arbitration")
    whole = await life.someone("whole")
    parts = [{"agency": "pln", "task": "Periksa"}]
    await life.post(f"/api/v1/triage/{whole['id']}/split", lead={"agency": CITY}, parts=parts)

    await submit(kafka, "gateway", "g1", text=UNCLEAR.format("g1"), channel="sms", place={"region": REGION})
    await submit(kafka, "gateway", "g2", text=" ", channel="sms")
    await submit(kafka, "gateway", "g3", nonsense=True)
    await until(lambda: submitted(life, "g1"), "the gateway's complaint")
    fields = {"description": UNCLEAR.format("form"), "address_string": "alamat contoh", "service_code": "other"}
    headers = {"Idempotency-Key": str(derived_id("life", "form"))}
    async with life.session.post("/open311/v2/requests.json", data=fields, headers=headers) as answer:
        assert answer.status < 300, await answer.text()
    await reply(kafka, "pln", "acknowledged", complaint=lead["id"])  # another body's: refused, and told to pln
    await until(lambda: refused(life), "the refused reply")


async def precedent(life: Life, one: Json) -> None:
    """Every body returns it until the arbiter decides; the decision becomes a precedent."""
    while (story := await life.story(one["tracking_code"]))["status"] != "arbitration":
        if story["status"] == "routed":
            await life.agency(story["holder"]["agency"], one["id"], "return", reason="Bukan urusan kami.")
        await asyncio.sleep(0.3)
    decision = {"agency": "kota-bandung", "reason": "Penerangan jalan kota adalah urusan kota."}
    await life.post(f"/api/v1/arbitration/{one['id']}/decision", **decision)
    await life.reaches(one["tracking_code"], "routed", "kota-bandung")


async def alike(life: Life) -> None:
    """Two further reports of one matter: one is joined by rule, one is only suggested."""
    here = {"place": {"region": "32.73"}}
    await life.someone("pothole", POTHOLE, **here)
    again = await life.someone("pothole-again", AGAIN, **here)
    await life.reaches(again["tracking_code"], "joined")
    perhaps = await life.someone("perhaps", PERHAPS, **here)
    path = f"/api/v1/agencies/kota-bandung/inbox/{perhaps['id']}/suggestions"
    await until(lambda: suggested(life, path), "a suggestion")


async def suggested(life: Life, path: str) -> list[Json]:
    return list((await life.get(path))["suggestions"])


async def submitted(life: Life, key: str) -> Json | None:
    found = await life.get(f"/api/v1/submissions/gateway/{key}")
    return found if "id" in found else None


async def refused(life: Life) -> bool:
    return bool(json.dumps(await life.get("/api/v1/agencies/pln/replies/refused")).count("reason"))


async def follow(life: Life, platform: Running, one: Json) -> None:
    """Somebody of the public follows and supports it."""
    path = f"/api/v1/reports/{one['public_number']}"
    await until(lambda: reported(life, path), "the public report")
    await life.post(f"{path}/follow", email="tetangga@contoh.id")
    code = await until(lambda: sent_code(platform, "tetangga@contoh.id"), "the notice with the code")
    await life.post(f"{path}/follow/confirmation", follow_code=code)
    await life.post(f"{path}/support", one["key"])


async def reported(life: Life, path: str) -> bool:
    async with life.session.get(path) as answer:
        return answer.status == 200


async def sent_code(platform: Running, address: str) -> str | None:
    sent = [json.loads(path.read_text()) for path in (platform.state / "notices").rglob("*.json")]
    bodies = [notice["body"] for notice in sent if notice["to"] == address]
    return bodies[0].partition("kode: ")[2].split()[0] if bodies else None


async def change_the_registry(life: Life) -> None:
    body: Json = {"kind": "regional-enterprise", "level": "regency", "region": "12.01"}
    for name in ("contoh-satu", "contoh-dua", "contoh-tiga"):
        await life.post("/api/v1/agencies", id=name, name=name.title(), **body)
    field: Json = {"sector": "telecommunications", "level": "regency", "region": "12.01"}
    await life.post("/api/v1/agencies/contoh-satu/mandates", **field, valid_from="2020-01-01", source="Perda")
    await life.post("/api/v1/agencies/contoh-satu/mandates/withdrawal", **field, valid_until="2021-01-01")
    await life.post("/api/v1/agencies/contoh-satu/name", name="Contoh Kesatu")
    await life.post("/api/v1/agencies/contoh-satu/merger", agencies=["contoh-dua"], reason="Penggabungan")
    await life.post("/api/v1/agencies/contoh-tiga/dissolution", successor="contoh-satu", reason="Penutupan")


async def decree(life: Life, today: date) -> None:
    """Decree the next ten days as days off, so that open dates move."""
    days = [today + timedelta(days=number) for number in range(1, 11)]
    for year in {day.year for day in days}:
        known = (await life.get(f"/api/v1/calendars/national/{year}"))["days"]
        taken = {day["on"] for day in known}
        more = [
            {"on": day.isoformat(), "name": "Libur contoh", "kind": "national"}
            for day in days
            if day.year == year and day.isoformat() not in taken
        ]
        body: Json = {"calendar": "national", "year": year, "source": "Keputusan contoh", "days": [*known, *more]}
        await life.post("/api/v1/calendars", **body)


async def settled(platform: Running) -> None:
    """Returns when the audit of store and topics finds nothing and no event was added since the last look."""
    before = -1
    while True:
        said = await audited(platform)
        now = len(await stored(platform))
        if "no violation" in said and now == before:
            return
        before = now
        await asyncio.sleep(3)


async def play(folder: Path) -> dict[str, Any]:
    class_path = jars.ensure(kafka_cache())
    with running(folder, class_path) as platform:
        async with at_door(platform.address) as door:
            life = Life(door.session)
            clock = FileClock(platform.settings.clock_file)
            await live(life, platform)
            await change_the_registry(life)
            story = LongStory(door.session, platform.settings.clock_file, "fixture", print)
            await story.play()
            life.people["every-office"] = {"id": story.complaint, "tracking_code": story.code, "body": {"text": TEXT}}
            await life.at_city("moved")
            await decree(life, clock.now().date())
            await settled(platform)
        switched = await asyncio.to_thread(platform.command, "router", "switch", "rules")
        assert switched.returncode == 0, switched.stderr
        settings = platform.settings
    async with open_platform(settings) as opened:  # what is said from here on is sealed under a second key
        assert isinstance(opened.keyring, SqlKeyRing)
        await opened.keyring.renew(UUID(life.people["open"]["id"]))
    with running(folder, class_path, QUICK | MAIL_DOWN | {"SATUPINTU_SHADOW_MODEL": default()[1].version}) as platform:
        async with at_door(platform.address) as door:
            life.session = door.session
            await life.reporter(life.people["open"]["tracking_code"], "details", text="Di sebelah warung contoh.")
            await life.agency(CITY, life.people["open"]["id"], "acknowledgement")
            await life.at_city("last")
            await life.post(f"/api/v1/reports/{life.people['open']['public_number']}/follow", email="ragu@contoh.id")
            await alike(life)
            await settled(platform)
            for one in life.people.values():
                one["story"] = essence(await life.story(one["tracking_code"]))
        now = FileClock(platform.settings.clock_file).now()
        types = sorted({event.type for event in await stored(platform)})
    return {"now": now.isoformat(), "people": life.people, "types": types}


def main(out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "var"
        state.mkdir()
        git = ["git", "-C", str(REPOSITORY), "rev-parse", "--short", "HEAD"]
        version = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
        write(state, out, {"version": version, **asyncio.run(play(state))})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FIXTURE)
