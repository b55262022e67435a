"""Every statement of the SQLite store uses an index, so that none slows down as the store grows."""

import sqlite3
from contextlib import closing
from pathlib import Path

from chassis.base.ports import Append
from chassis.store.sql.store import SqlStore
from support.stores import event, listening


async def test_no_statement_walks_the_whole_table(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path}/store.db")
    asked: list[str] = []

    def listen(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(asked.append)

    with listening("connect", listen):
        await store.store_id()
        asked.clear()
        for version in (-1, 0):
            appends = [Append(f"complaint-{n}", version, [event(f"{version} {n}")]) for n in range(5)]
            await store.append_many(appends)
        await store.read("complaint-1")
        await store.read_many(["complaint-1", "complaint-2"])
        await store.read_all(1, ["complaint-", "registry"])
    await store.close()

    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        steps = {
            (statement, step[3])
            for statement in asked
            if statement.lower().startswith(("select", "insert", "with"))
            for step in connection.execute(f"explain query plan {statement}")
        }
    assert {step for _, step in steps if "events" in step}
    assert [found for found in steps if found[1].startswith("SCAN events")] == []
