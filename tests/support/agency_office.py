"""An agency's IT office that has docs/agencies.md and nothing else: its clients are the code that the page prints."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4  # noqa: TID251 - an outsider makes its own ids

from local.paths import REPOSITORY
from support.door import PATIENCE_S, Door
from support.platform import Running

PAGE: Final = REPOSITORY / "docs/agencies.md"
Message = dict[str, Any]


class Client(NamedTuple):
    """A library, by its heading on the page; the file's name and the program there; an agency that uses it."""

    library: str
    program: str
    file: str
    agency: str
    region: str


KAFKA_PYTHON: Final = Client("kafka-python", sys.executable, "agency.py", "kota-semarang", "33.74")
CONFLUENT: Final = Client("confluent-kafka", sys.executable, "agency.py", "kota-medan", "12.71")
KAFKAJS: Final = Client("kafkajs", "node", "agency.cjs", "kota-makassar", "73.71")


def printed_code(library: str) -> str:
    """The code block under this heading. Raises AssertionError: there is not exactly one."""
    [section] = re.findall(rf"^### {re.escape(library)}\n(.*?)(?=^##)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    [code] = re.findall(r"^```\w+\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return str(code)


async def satupintu(platform: Running, *words: str) -> tuple[int, str]:
    """Exit status and what was printed."""
    done = await asyncio.to_thread(platform.command, "chassis.cli.main", *words)
    return done.returncode, done.stdout + done.stderr


def shown(text: str) -> dict[str, str]:
    """What a new credential says, by name."""
    return dict(line.split(maxsplit=1) for line in text.splitlines() if line.startswith("  "))  # type: ignore[misc]


class Office:
    """One client of one agency, in `folder`, as `env` says."""

    def __init__(self, client: Client, folder: Path, env: Mapping[str, str]) -> None:
        self._client, self._folder, self._env = client, folder, env
        (folder / client.file).write_text(printed_code(client.library))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["Inbox"]:
        """The client that prints every message."""
        process = await self._run(stderr=asyncio.subprocess.DEVNULL)
        try:
            yield Inbox(process)
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # the wheel's `node` starts the real one, which keeps the pipe
            await process.wait()

    async def send(self, kind: str, complaint: str, **fields: object) -> str:
        """Send a reply; its place in the topic."""
        process = await self._run(kind, complaint, json.dumps(fields), stderr=asyncio.subprocess.PIPE)
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode().strip()

    async def _run(self, *words: str, stderr: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            self._client.program, self._client.file, *words,
            cwd=self._folder, env=self._env, stdout=asyncio.subprocess.PIPE, stderr=stderr, limit=2**22, start_new_session=True,
        )  # fmt: skip


class Inbox:
    """What the client prints, one message a line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._seen = process, list[Message]()

    async def message(self, type_: str, about: str) -> Message:
        """Wait for this message. Raises AssertionError with those that came instead."""
        while not (found := [each for each in self._seen if (each["type"], each["about"]) == (type_, about)]):
            assert self._process.stdout is not None
            try:
                line = await asyncio.wait_for(self._process.stdout.readline(), PATIENCE_S)
            except TimeoutError:
                line = b""
            assert line, f"{type_} about {about} never came; instead: {self._seen}"
            self._seen.append(json.loads(line))
        return found[-1]


async def tries_everything(platform: Running, door: Door, client: Client, folder: Path) -> None:
    """Get credentials, subscribe, acknowledge, ask, answer, and read what was refused."""
    status, printed = await satupintu(platform, "agency", "credentials", client.agency)
    assert status == 0, printed
    made = shown(printed)
    env = {
        **os.environ,
        "AGENCY": client.agency,
        "KAFKA_USER": made["user"],
        "KAFKA_PASSWORD": made["password"],
        "KAFKA_SERVERS": made["servers"],
        "KAFKA_SECURITY": made["security"],
    }
    office = Office(client, folder, env)
    async with office.reading() as inbox:
        filed = await door.file("Lampu jalan di depan sekolah mati sejak minggu lalu.", client.region)
        code, id_ = filed["tracking_code"], filed["id"]
        assigned = await inbox.message("complaint.assigned", id_)

        await office.send("acknowledged", id_)
        await door.reaches(code, "in_progress", client.agency)
        await office.send("clarification", id_, question="Di dekat rumah nomor berapa?")
        await door.reaches(code, "awaiting_reporter", client.agency)
        await door.reporter(code, "details", text="Di depan rumah nomor tujuh.")
        added = await inbox.message("complaint.detail-added", id_)

        answer = "Lampu sudah diganti dan menyala lagi hari ini."
        place = await office.send("answered", id_, text=answer, seen_version=assigned["version"])
        refused = await inbox.message("reply.refused", place)
        assert refused["code"] == "unseen-detail"
        await office.send("answered", id_, text=answer, seen_version=added["version"])
        story = await door.reaches(code, "answered", client.agency)
        assert answer in json.dumps(story)

        other = await door.file("Lampu jalan padam semua sejak Senin, gelap gulita.", "32.73")
        foreign = [
            await office.send("progress", each, text="Petugas di lokasi.") for each in (other["id"], str(uuid4()))
        ]
        told = [await inbox.message("reply.refused", place) for place in foreign]
        assert [each["code"] for each in told] == ["not-found"] * 2
        assert told[0]["reason"] == told[1]["reason"]
