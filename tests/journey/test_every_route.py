"""Access control: what each kind of client may read at every route and in every topic.

The complaints are open, anonymous, secret and supervision grade, each with a unique name, address, number, code and text.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from http import HTTPStatus
from itertools import product
from typing import Any, cast
from uuid import uuid4  # noqa: TID251 - a client makes its own keys
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from chassis.base.message import Message
from chassis.deadletter.port import DeadLetter
from chassis.deadletter.topic import KafkaDeadLetters
from reporting.statistics.figures import FIGURES
from schemas.base.ids import public_number
from schemas.base.topics import agency_inbox, agency_of
from support.door import PATIENCE_S, Json, Refused, as_needed, reply, submit, until
from support.everything import everything
from support.files import png
from support.platform import Running
from support.signed_in import token
from support.witness import OPEN_TO_ALL, Kept, Witness, role_of

pytestmark = [pytest.mark.journey, pytest.mark.broker]

CITY, OUTSIDER, REGION = "kota-surabaya", "kota-semarang", "35.78"
UNCLEAR = "Sungguh kurang berkenan perihal kejadian kemarin sore itu, {mark}."
EXAMINED = "Pengurusan KTP elektronik di Dukcapil dimintai uang pelicin oleh petugas loket, {mark}."
OFFICER = "0812 3456 7890"
PNG = b"\x89PNG\r\n\x1a\n"
KINDS: dict[str, dict[str, Any]] = {
    "open": {},
    "anonymous": {"anonymous": True},
    "secret": {"secret": True},
    "both": {"anonymous": True, "secret": True},
    "examined": {"text": EXAMINED},
    "forgotten": {"text": EXAMINED},
    "late": {},
    "late-secret": {"secret": True},
    "contested": {},
    "contested-secret": {"secret": True},
    "parted": {},
    "parted-secret": {"secret": True},
    "lead": {},
    "follower": {},
    "archived": {},
    "withdrawn": {"secret": True},
}
TOPICS_OF_OURS = ("complaint-events", "registry-events", "relay-checkpoint", "dead-letter.", "__")
"""Read by our own workers: ids and numbers, no texts."""


@pytest.fixture
async def witness(platform: Running) -> AsyncIterator[Witness]:
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with aiohttp.ClientSession(platform.address, timeout=timeout, middlewares=(as_needed,)) as session:
        async with session.get("/openapi.json") as answer:
            paths = (await answer.json())["paths"]
        yield Witness(session, [(method.upper(), path) for path, methods in paths.items() for method in methods])


async def test_every_client_sees_only_what_it_may(platform: Running, witness: Witness) -> None:
    every = {(method, route) for method, route, _ in witness.templates}
    for _, route in every:
        role_of(route)
    witness.masked = [OFFICER]
    of = {kind: await file(witness, kind, **more) for kind, more in KINDS.items()}
    by_gateway = await from_a_gateway(platform, witness)
    await by_form(witness)
    await place(witness, of)
    await converse(witness, of)
    await follow_and_support(platform, witness, of)
    await look_everywhere(witness)

    await contest(witness, of)
    await split(witness, of)
    await join(witness, of)
    await end(witness, of)
    await decide_on_content(witness, of["open"])
    await show_a_photo(witness, of["lead"])
    await change_the_registry(witness, platform)
    await replay_a_dead_letter(witness, platform)
    platform.days_pass(45)
    late = of["late"]
    await until(lambda: listed(witness, "/api/v1/ladder/4", late.number), "the late one on the public list")
    await look_everywhere(witness)
    await witness.reporter(by_gateway.code, "erasure")

    assert witness.asked == every, "each route has answered"
    for seen in [("bearer", "code"), ("person", "person"), ("holder", "said"), ("desk", "text"), (OPEN_TO_ALL, "text")]:
        assert seen in witness.shown, "the search finds what is there"
    judge_topics(witness.kept, await everything(platform.kafka.cluster))
    judge_notices(platform, witness.kept)


async def file(witness: Witness, kind: str, text: str = UNCLEAR, **flags: bool) -> Kept:
    """File a complaint whose texts contain unique marks."""
    word = f"kenari{kind.replace('-', '')}z"
    person = {
        "name": f"Nama {word.title()}",
        "email": f"{word}@contoh.id",
        "phone": f"+62 899 {list(KINDS).index(kind):04} 7731",
    }
    filed = await witness.file(text.format(mark=f"melati{word}"), REGION, reporter=person, **flags)
    one = kept(kind, f"melati{word}", f"ucapan{word}", person, filed)
    one.anonymous, one.hidden = flags.get("anonymous", False), flags.get("secret", False) or text == EXAMINED
    witness.kept.append(one)
    return one


def kept(kind: str, text: str, said: str, person: dict[str, str], filed: Json) -> Kept:
    code = filed["tracking_code"]
    marks = {
        "person": list(person.values()),
        "code": [code, code.replace("-", "")],
        "text": [text],
        "said": [said],
        "being": [filed["id"], filed["public_number"]],
    }
    return Kept(kind, marks, filed)


async def from_a_gateway(platform: Running, witness: Witness) -> Kept:
    person = {"name": "Nama Kenarisms", "phone": "+62 899 9999 7731"}
    more = {"secret": True, "channel": "sms", "place": {"region": REGION}, "reporter": person}
    await submit(platform.kafka.cluster, "sms-7", "m7", text=UNCLEAR.format(mark="melatisms"), **more)

    async def there() -> Json | None:
        found = await witness.get("/api/v1/submissions/sms-7/m7")
        return found if "id" in found else None

    one = kept("sms", "melatisms", "ucapansms", person, await until(there, "the gateway's answer"))
    one.hidden = True
    witness.kept.append(one)
    await witness.get("/api/v1/submissions/sms-7/m7")
    return one


async def by_form(witness: Witness) -> None:
    person = {"name": "Nama Kenariform", "email": "kenariform@contoh.id", "phone": "+628998888 7731"}
    form = {"first_name": person["name"], "email": person["email"], "phone": person["phone"], "service_code": "other"}
    said = {"description": UNCLEAR.format(mark="melatiform"), "address_string": "alamat kenariform"}
    headers = {"Idempotency-Key": str(uuid4())}
    answers = await witness.ask("POST", "/open311/v2/requests.json", data=form | said, headers=headers)
    [receipt] = cast("list[Json]", answers)
    code = receipt["service_notice"].partition(": ")[2].partition(".")[0]
    story = await witness.story(code)
    assert story["public_number"] == receipt["service_request_id"]
    await witness.ask("GET", "/open311/v2/servicerequestupdates.json")
    update = {"service_request_id": story["public_number"], "description": "Masih begitu."}
    await witness.ask("POST", "/open311/v2/servicerequestupdates.json", data=update)
    witness.kept.append(kept("form", "melatiform", "ucapanform", person, {**story, "tracking_code": code}))


async def place(witness: Witness, of: dict[str, Kept]) -> None:
    """Place all but the supervision-grade one with the city, that one with the supervising agency."""
    for kind, one in of.items():
        path = f"/api/v1/triage/{one.id}"
        if kind in ("examined", "forgotten"):
            await until(lambda one=one: settled(witness, one), "the examined one placed")  # type: ignore[misc]
            story = await witness.story(one.code)
            assert story["holder"]["agency"] != CITY, "never with the accused body itself"
            one.held_by(story["holder"]["agency"])
            continue
        await witness.reaches(one.code, "triage")
        if kind in ("open", "secret"):
            await witness.post(f"{path}/question", question="Kejadian yang mana?")
            await witness.reporter(one.code, "details", text=f"Yang ini, {one.marks['said'][0]}")
            await witness.reaches(one.code, "triage")
        if kind in ("anonymous", "both"):
            await witness.post(f"{path}/restatement", text="Pelayanan pada sore hari dikeluhkan.")
            one.reworded = True
        if kind not in ("archived", "parted", "parted-secret"):
            await witness.post(f"{path}/placement", agency=CITY)
            one.held_by(CITY)
            await witness.reaches(one.code, "routed", CITY)


async def settled(witness: Witness, one: Kept) -> bool:
    return (await witness.story(one.code))["status"] == "routed"


async def keep_for_itself(witness: Witness, one: Kept, body: str) -> None:
    """What officers do among themselves, and their lists."""
    await witness.agency(body, one.id, "notes", text="Regu malam sudah tahu.")
    me = (await witness.get(f"/api/v1/agencies/{body}/officers"))["me"]
    await witness.agency(body, one.id, "assignment", officer=me)
    assert (await witness.get(f"/api/v1/agencies/{body}/inbox/counts"))["open"] >= 0
    found = await witness.post(f"/api/v1/agencies/{body}/inbox/search", text="Sedang")
    assert found["complete"]
    await keep_words_and_views(witness, f"/api/v1/agencies/{body}")


async def keep_words_and_views(witness: Witness, office: str) -> None:
    """Templates and saved views, which name no complaint."""
    made = await witness.post(f"{office}/templates", name="Lampu", text="Laporan {nomor} selesai.")
    of = {"name": "Lampu jalan", "text": made["text"], "version": made["version"]}
    changed = await witness.post(f"{office}/templates/{made['id']}", **of)
    assert made["id"] in [each["id"] for each in (await witness.get(f"{office}/templates"))["templates"]]
    await witness.post(f"{office}/templates/{made['id']}/deletion", version=changed["version"])
    await witness.post(f"{office}/saved-views", name="Terlambat", filters={"due": "overdue"})
    assert [each["name"] for each in (await witness.get(f"{office}/saved-views"))["views"]] == ["Terlambat"]
    await witness.post(f"{office}/saved-views/deletion", name="Terlambat")


async def converse(witness: Witness, of: dict[str, Kept]) -> None:
    """Exchange texts between holder and reporter."""
    for kind in ("open", "anonymous", "secret", "both", "examined"):
        one, [body] = of[kind], of[kind].holders
        said = one.marks["said"][0]
        await witness.agency(body, one.id, "acknowledgement")
        await witness.agency(body, one.id, "progress", text="Sedang diperiksa.")
        await keep_for_itself(witness, one, body)
        await read_contact(witness, one, body)
        await witness.agency(body, one.id, "clarification", question="Jam berapa?")
        await witness.reporter(one.code, "details", text=f"Jam empat, {said}")
        await add_file(witness, one, PNG + kind.encode())
        await witness.reporter(one.code, "ombudsman", reason=f"Mohon dilihat, {said}")
        await witness.answer(body, one.id, f"Sudah kami tindak lanjuti, hubungi {OFFICER} bila perlu.")
        await witness.reporter(one.code, "dispute", reason=f"Belum, {said}")
        await witness.answer(body, one.id, f"Sekarang benar-benar selesai, hubungi {OFFICER}.")
        await witness.reporter(one.code, "notices", language="id")
        await witness.reporter(one.code, "data")
        if kind != "open":
            await witness.reporter(one.code, "confirmation", rating=2, words=f"Akhirnya, {said}")


async def read_contact(witness: Witness, one: Kept, body: str) -> None:
    """Read the reporter's contact as the holder; nobody reads an anonymous one's."""
    role = f"inspectorate:{body}" if one.kind == "examined" else f"officer:{body}"
    asked = as_role(witness, role, f"/api/v1/persons/{one.id}/readings", reason="Menelepon pelapor.")
    if one.anonymous:
        with pytest.raises(Refused):
            await asked
    else:
        await asked


async def as_role(witness: Witness, role: str, path: str, **body: Any) -> Json:
    """Post as somebody with this role."""
    port = witness.session._base_url.port or 0  # noqa: SLF001 - aiohttp has no public name for it
    sent = await asyncio.to_thread(token, port, role)
    headers = {"Idempotency-Key": str(uuid4()), "Authorization": f"Bearer {sent}"}
    return await witness.ask("POST", path, json=body, headers=headers)


async def add_file(witness: Witness, one: Kept, content: bytes) -> Json:
    """Add a file as the reporter; its name is what the reporter said."""
    form = aiohttp.FormData({"note": "x"})
    form.add_field("file", content, filename=f"{one.marks['said'][0]}.png")
    path = f"/api/v1/complaints/{one.code}/attachments"
    return await witness.ask("POST", path, data=form, headers={"Idempotency-Key": one.id})


async def notice_to(platform: Running, address: str) -> str | None:
    """The code in the notice to that address."""
    sent = [json.loads(path.read_text()) for path in (platform.state / "notices").rglob("*.json")]
    bodies = [notice["body"] for notice in sent if notice["to"] == address]
    return bodies[0].partition("kode: ")[2].split()[0] if bodies else None


async def follow_and_support(platform: Running, witness: Witness, of: dict[str, Kept]) -> None:
    """The public can act on public reports; hidden and missing ones get the same answer."""
    for one in of.values():
        path = f"/api/v1/reports/{one.number}"
        if not one.hidden:
            await until(lambda path=path: there(witness, path), "the public report")  # type: ignore[misc]
            address = f"tetangga{one.kind}@contoh.id"
            await witness.post(f"{path}/follow", email=address)
            code = await until(lambda address=address: notice_to(platform, address), "the notice to confirm")  # type: ignore[misc]
            await witness.post(f"{path}/follow/confirmation", follow_code=code)
            await witness.post(f"{path}/support")
            await witness.post(f"{path}/content-reports", reason="other", words="Tidak pantas.")
            await witness.post(f"{path}/unfollow", follow_code=code)
    nothing = public_number(date(2026, 1, 1), 999_999)
    for move in ("", "/follow", "/support", "/content-reports"):
        told = {}
        for number in (nothing, of["secret"].number, of["examined"].number):
            path = f"/api/v1/reports/{number}{move}"
            bodies = {"/follow": {"email": "tetangga@contoh.id"}, "/content-reports": {"reason": "other"}}
            body = bodies.get(move, {})
            with pytest.raises(Refused) as refused:
                await (witness.post(path, **body) if move else witness.get(path))
            told[number] = json.dumps(refused.value.problem).replace(number, "N")
        assert len(set(told.values())) == 1, "the same words for both"


async def there(witness: Witness, path: str) -> Json | None:
    try:
        return await witness.get(path)
    except Refused:
        return None


async def contest(witness: Witness, of: dict[str, Kept]) -> None:
    """Return, arbitration and a binding decision, whose reason becomes a precedent."""
    for kind in ("contested", "contested-secret"):
        one = of[kind]
        await witness.agency(CITY, one.id, "return", reason="Bukan urusan kami.")
        one.held_by()
        await witness.reaches(one.code, "triage")
        await witness.post(f"/api/v1/triage/{one.id}/arbitration")
        await witness.reaches(one.code, "arbitration")
        await witness.post(f"/api/v1/arbitration/{one.id}/decision", agency=CITY, reason="Urusan kota.")
        one.held_by(CITY)
        await witness.reaches(one.code, "routed", CITY)


async def split(witness: Witness, of: dict[str, Kept]) -> None:
    """Split by the desk and by the holder; only agencies with a part see the whole's texts."""
    for kind in ("parted", "parted-secret"):
        one = of[kind]
        parts = [{"agency": "pln", "task": "Periksa"}]
        await witness.post(f"/api/v1/triage/{one.id}/split", lead={"agency": CITY}, parts=parts)
        one.held_by(CITY, "pln")
        if kind == "parted":
            more = [{"agency": "kemenhub", "task": "Periksa juga"}]
            await witness.agency(CITY, one.id, "split", parts=more)
            one.held_by(CITY, "pln", "kemenhub")
        case = await witness.get(f"/api/v1/agencies/{CITY}/inbox/{one.id}")
        for part in case["parts"]:
            path = f"/api/v1/agencies/{part['agency']}/inbox/{part['id']}"
            await until(lambda path=path: there(witness, path), "the part in its inbox")  # type: ignore[misc]


async def join(witness: Witness, of: dict[str, Kept]) -> None:
    lead, follower = of["lead"], of["follower"]
    path = f"/api/v1/triage/{follower.id}"
    named = await witness.get(f"/api/v1/numbers/{lead.number}")
    assert named["complaint"] == str(lead.id)
    await witness.post(f"{path}/join", lead=lead.id)
    await witness.story(follower.code)
    read = await witness.get(f"/api/v1/agencies/{CITY}/inbox/{lead.id}/followers")
    assert [each["id"] for each in read["followers"]] == [follower.id]
    with pytest.raises(Refused):
        await witness.get(f"/api/v1/agencies/{OUTSIDER}/inbox/{lead.id}/followers")
    await witness.post(f"{path}/unjoin")
    with pytest.raises(Refused):
        await witness.post(f"{path}/join", lead=of["late-secret"].id)
    await witness.post(f"{path}/join", lead=lead.id)
    await witness.reporter(follower.code, "unjoin")
    text = UNCLEAR.format(mark="serupa")
    await witness.post("/api/v1/lost-codes", public_number=lead.number, email="siapa@contoh.id")
    await witness.post("/api/v1/duplicates", text=text, place={"region": REGION})


async def end(witness: Witness, of: dict[str, Kept]) -> None:
    archived = of["archived"]
    await add_file(witness, archived, PNG)
    [attachment] = (await witness.story(archived.code))["attachments"]
    file_of_desk = f"/api/v1/triage/{archived.id}/attachments/{attachment['id']}"
    await until(lambda: opened(witness, file_of_desk), "the file, which is no picture and so has no copy")
    await witness.post(f"/api/v1/triage/{archived.id}/archive", reason="unintelligible", note="Tidak jelas.")
    forgotten, [examiner] = of["forgotten"], of["forgotten"].holders
    await witness.reporter(forgotten.code, "erasure")
    erasure = f"/api/v1/persons/{forgotten.id}/erasure"
    await as_role(witness, f"inspectorate:{examiner}", erasure, decision="erase", reason="Tidak diperlukan lagi.")
    said = of["withdrawn"].marks["said"][0]
    await witness.reporter(of["withdrawn"].code, "withdrawal", reason=f"Sudah tidak perlu, {said}")


async def decide_on_content(witness: Witness, one: Kept) -> None:
    """The desk decides what the public sees of a report that an agency answered."""
    path, page = f"/api/v1/triage/{one.id}", f"/api/v1/reports/{one.number}"
    await witness.post(f"{path}/content-kept")
    await witness.post(f"{path}/hiding", reason="other", note="Memuat nama tetangga.")
    await until(lambda: refused_with(witness, page, HTTPStatus.GONE), "the page of a hidden report")
    await witness.post(f"{path}/showing", note="Nama itu nama jalan.")
    await until(lambda: there(witness, page), "the report that is public again")
    await witness.post(f"{path}/public-wording", text="Pelayanan dikeluhkan.", reason="Memuat nama.")
    one.reworded = True


async def show_a_photo(witness: Witness, one: Kept) -> None:
    """The holder lets the public see a photo; the desk takes it back."""
    await add_file(witness, one, png())
    [attachment] = (await witness.story(one.code))["attachments"]
    moves, page = (
        f"/api/v1/{each}/{attachment['id']}" for each in (f"photos/{one.id}", f"reports/{one.number}/photos")
    )

    async def released() -> bool:
        try:
            return bool((await as_role(witness, f"officer:{CITY}", f"{moves}/release"))["public"])
        except Refused as refused:
            if refused.status != HTTPStatus.CONFLICT:
                raise
            return False

    await until(released, "the copy of the photo without hidden data")
    assert await opened(witness, page)
    assert (await witness.post(f"{moves}/revocation"))["public"] is False
    assert not await opened(witness, page)


async def refused_with(witness: Witness, path: str, status: int) -> bool:
    try:
        await witness.get(path)
    except Refused as refused:
        return refused.status == status
    return False


async def change_the_registry(witness: Witness, platform: Running) -> None:
    body = {"kind": "regional-enterprise", "level": "regency", "region": "12.01"}
    for name in ("saksi-satu", "saksi-dua", "saksi-tiga"):
        await witness.post("/api/v1/agencies", id=name, name=name.title(), **body)
    field = {"sector": "telecommunications", "level": "regency", "region": "12.01"}
    mandate = {**field, "valid_from": "2020-01-01", "source": "Perda"}
    path = "/api/v1/agencies/saksi-satu"
    await witness.post(f"{path}/mandates", **mandate)
    await witness.post(f"{path}/mandates/withdrawal", **field, valid_until="2021-01-01")
    await witness.post(f"{path}/name", name="Saksi Kesatu")
    await witness.post(f"{path}/merger", agencies=["saksi-dua"], reason="Penggabungan")
    await witness.post("/api/v1/agencies/saksi-tiga/dissolution", successor="saksi-satu", reason="Penutupan")
    days = [{"on": "2031-01-01", "name": "Hari Jadi", "kind": "regional"}]
    await witness.post("/api/v1/due-dates/preview", calendar="12.01", year=2031, days=days)
    await witness.post("/api/v1/calendars", calendar="12.01", year=2031, source="Keputusan", days=days)
    period = {"rule": "dispute", "amount": 31, "unit": "d"}
    await witness.post("/api/v1/due-dates/policy-preview", effective_at="2099-01-01T00:00:00Z", periods=[period])
    await witness.post("/api/v1/policies", effective_on="2099-01-01", source="Permen", periods=[period])
    # About another agency's complaint: refused, and shown to the sender.
    await reply(platform.kafka.cluster, "pln", "acknowledged", complaint=witness.kept[2].id)


async def replay_a_dead_letter(witness: Witness, platform: Running) -> None:
    """A message that a gateway sent and intake could not read."""
    message = Message("submissions.sms-7", 0, 0, b"m8", b"{}", [])
    letters = KafkaDeadLetters(platform.kafka.cluster, "intake", lambda: timedelta(days=1))
    await letters.put(DeadLetter("intake", message, "no key"))
    await letters.close()
    [found] = (await witness.get("/api/v1/dead-letters/intake"))["letters"]
    await witness.post(f"/api/v1/dead-letters/intake/{found['offset']}/replay")


async def look_everywhere(witness: Witness) -> None:
    """Every GET route, for every complaint, as every kind of client."""
    kept = witness.kept
    attachments = [
        attachment["id"] for one in kept for attachment in (await witness.story(one.code)).get("attachments", [])
    ]
    values = {
        "tracking_code": [one.code for one in kept],
        "complaint": [one.id for one in kept],
        "public_number": [one.number for one in kept],
        "agency": [CITY, OUTSIDER, "pln", *kept[4].ever],
        "attachment": attachments,
        "client": ["sms-7"],
        "key": ["m7"],
        "rung": ["1", "2", "3", "4"],
        "calendar": ["national"],
        "service": ["intake"],
        "year": ["2026"],
        "kind": ["json", "xml"],
        "number": [one.number for one in kept],
        "token": [one.number for one in kept],
        "code": ["roads"],
        "name": list(FIGURES),
        "day": [today_in_jakarta()],
        "job": [(await witness.post("/api/v1/as-of", at="2026-01-01", what="books"))["id"]],
    }
    for method, route, _ in witness.templates:
        names = re.findall(r"{(\w+)}", route)
        for chosen in product(*(values[name] for name in names)) if method == "GET" else ():
            path = route.format(**dict(zip(names, chosen, strict=True)))
            for query in queries(route):
                await there(witness, path + query)


def today_in_jakarta() -> str:
    """The day under which the open data hold what was received now."""
    return datetime.now(ZoneInfo("Asia/Jakarta")).date().isoformat()  # noqa: TID251 - the platform's own time


def queries(route: str) -> list[str]:
    if route.endswith("/counts"):
        return [f"?by={by}" for by in ("agency", "region", "sector", "class", "status")]
    if route.endswith("/regions"):
        return ["?name=bandung"]
    return [""] if "{" in route else ["", "?lang=en&page=1"]


async def opened(witness: Witness, path: str) -> bool:
    try:
        await witness.get(path)
    except Refused:
        return False
    return True


async def listed(witness: Witness, path: str, number: str) -> bool:
    found = await witness.get(path)
    pages = [await witness.get(f"{path}?page={page}") for page in range(found["total"] // found["page_size"] + 1)]
    return any(number in json.dumps(page) for page in pages)


def judge_topics(kept: list[Kept], topics: dict[str, list[bytes]]) -> None:
    """Each topic contains only what its readers may see."""
    found = set[str]()
    for topic, records in topics.items():
        text = "\n".join(record.decode("utf-8", "replace") for record in records)
        for one in kept:
            leaks = one.leaked(text, readers(topic, one))
            assert not leaks, f"{topic} tells of the {one.kind} one: {leaks}"
            found |= {topic for _ in one.leaked(text, {"person", "code", "text", "said"})}
    assert {agency_inbox(CITY), "complaint-summary", "complaint-events"} <= found, "the search finds what is there"


def readers(topic: str, one: Kept) -> set[str]:
    if topic.startswith("agency."):
        body, mine = agency_of(topic), one.ever
        return {"text", "said", "being"} if body in mine else ({"being"} if topic.endswith(".replies") else set())
    if topic == "complaint-summary":
        return one.public() - {"text"}
    if topic.startswith("submissions."):
        return {"text", "person"} if one.kind == "sms" else set()
    assert topic.startswith(TOPICS_OF_OURS), f"nobody has said who reads {topic}"
    return {"being"}


def judge_notices(platform: Running, kept: list[Kept]) -> None:
    """Reporters get notices of their own complaint only; subscribers get public content only."""
    sent = [json.loads(path.read_text()) for path in (platform.state / "notices").rglob("*.json")]
    assert any(one.marks["person"][1] == notice["to"] for one in kept for notice in sent)
    for notice, one in product(sent, kept):
        mine = notice["to"] in one.marks["person"]
        allowed = {"code", "said", "being", "text"} if mine else one.public() - {"text"}
        leaks = one.leaked(notice["subject"] + notice["body"], allowed)
        assert not leaks, f"a notice to {notice['to']} tells of the {one.kind} one: {leaks}"
