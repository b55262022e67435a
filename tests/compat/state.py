"""Writes a platform's state as files that a person can review, and restores it: databases as SQL text, the rest as JSON."""

import base64
import gzip
import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

FIXTURE: Final = Path(__file__).parent / "fixture"
FILES: Final = ("secrets", "attachments", "notices", "clock")
"""What a platform keeps outside its databases. Kafka's data and the logs are not part of the state."""
LARGE: Final = 60_000
TOLD: Final = (
    "id", "public_number", "status", "closed_reason", "class", "received_at", "answered_at", "dispute_until", "rating",
    "rung", "disputes", "erased", "lead_public_number",
)  # fmt: skip
Json = dict[str, Any]


def write(state: Path, out: Path, manifest: Json) -> None:
    """Store the state folder of a stopped platform in `out`; `manifest` is kept beside it."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for path in sorted(state.glob("*.db")):
        text = "\n".join(_statements(path)) + "\n"
        if len(text) > LARGE:
            (out / f"{path.stem}.sql.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        else:
            (out / f"{path.stem}.sql").write_text(text)
    files = {name: content for each in FILES for name, content in _contents(state, state / each)}
    for name, told in (("manifest", manifest), ("files", files)):
        (out / f"{name}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def restore(state: Path, source: Path = FIXTURE) -> Json:
    """Restore the state to the folder `state`; returns the manifest."""
    for path in sorted(source.glob("*.sql*")):
        text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
        with closing(sqlite3.connect(state / f"{path.name.partition('.')[0]}.db")) as connection:
            connection.executescript(f"begin;\n{text}commit;")
    for name, content in json.loads((source / "files.json").read_text()).items():
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_bytes(
            content.encode() if isinstance(content, str) else base64.b64decode(content["base64"])
        )
    manifest: Json = json.loads((source / "manifest.json").read_text())
    return manifest


ADDED: Final[Mapping[str, Sequence[str]]] = {
    "feed_position": ["event_id VARCHAR(36) 1 '' 0"],
    "checkpoints": ["event_id VARCHAR(36) 1 '' 0"],
    "reports": ["changed_at BIGINT 0 - 0", "supervision BOOLEAN 0 - 0"],
    "ladder": ["supervision BOOLEAN 0 - 0"],
    "watchers": ["code_version INTEGER 1 '1' 0"],
    "submissions": ["repeated INTEGER 1 '0' 0"],
    "refused_replies": ["told_at BIGINT 0 '0' 0", "told_by BIGINT 0 - 0"],
}
"""Columns that this version adds to a table of the version before, as `schema` tells them."""
FIGURES: Final[Mapping[str, Sequence[str]]] = {
    "figure_cases": [
        "agency VARCHAR(64) 0 - 0", "answered_us BIGINT 0 - 0", "begun_us BIGINT 0 - 0", "class_ VARCHAR(16) 1 - 0",
        "complaint VARCHAR(36) 1 - 1", "due_us BIGINT 0 - 0", "ended_us BIGINT 0 - 0", "holder VARCHAR(80) 1 - 0",
        "lead VARCHAR(36) 0 - 0", "part BOOLEAN 1 - 0", "placed_us BIGINT 0 - 0", "public BOOLEAN 1 - 0",
        "public_number VARCHAR(32) 1 - 0", "reason VARCHAR(20) 0 - 0", "received_us BIGINT 1 - 0",
        "region VARCHAR(13) 0 - 0", "returns TEXT 1 - 0", "root VARCHAR(8) 1 - 0", "sector VARCHAR(64) 0 - 0",
        "status VARCHAR(20) 1 - 0", "timely VARCHAR(8) 1 - 0", "version INTEGER 1 - 0",
    ],
    "figure_cells": [
        "day INTEGER 1 - 3", "key VARCHAR(140) 1 - 4", "kind VARCHAR(16) 1 - 2", "n INTEGER 1 - 0",
        "scope VARCHAR(72) 1 - 1",
    ],
    **{
        f"ix_figure_cases_{name}": [f"CREATE INDEX ix_figure_cases_{name} ON figure_cases ({columns})", "figure_cases"]
        for name, columns in (
            ("public_number", "public_number"), ("lead", "lead"), ("due_us", "due_us"),
            ("agency_region", "agency, region"),
        )
    },
    "sqlite_autoindex_figure_cases_1": ["", "figure_cases"],
}  # fmt: skip
"""The books and the counts are read from these now; `book_reports` stays behind, unused."""
CASES: Final[Mapping[str, Sequence[str]]] = {
    "cases": [
        "accused VARCHAR 1 - 0", "agency VARCHAR(64) 1 - 0", "assigned_at BIGINT 1 - 0", "class_ VARCHAR(16) 1 - 0",
        "complaint VARCHAR(36) 1 - 1", "due_at BIGINT 0 - 0", "officer VARCHAR(36) 1 - 0", "open BOOLEAN 1 - 0",
        "public_number VARCHAR(32) 1 - 0", "region VARCHAR(13) 1 - 0", "sector VARCHAR(64) 1 - 0",
        "sort_at BIGINT 1 - 0", "status VARCHAR(20) 1 - 0", "supervision BOOLEAN 1 - 0", "unit VARCHAR(64) 1 - 0",
        "version INTEGER 1 - 0",
    ],
    "case_sums": [
        "agency VARCHAR(64) 1 - 1", "cases INTEGER 1 - 0", "facet VARCHAR(10) 1 - 3", "unit VARCHAR(64) 1 - 2",
        "value VARCHAR(64) 1 - 4",
    ],
    **{
        f"ix_cases_{name}": [f"CREATE INDEX ix_cases_{name} ON cases ({columns})", "cases"]
        for name, columns in (
            *((each, f"agency, open, {each}, sort_at, complaint")
              for each in ("status", "unit", "sector", "region", "officer")),
            ("sorted", "agency, open, sort_at, complaint"), ("supervision", "agency, supervision"),
        )
    },
    "sqlite_autoindex_cases_1": ["", "cases"],
    "sqlite_autoindex_case_sums_1": ["", "case_sums"],
}  # fmt: skip
"""Inboxes are read from these now; `inbox` stays behind, unused."""
LISTED: Final[Mapping[str, Sequence[str]]] = {
    "listed": [
        "agency VARCHAR(64) 0 - 0", "complaint VARCHAR(36) 1 - 0", "district VARCHAR(8) 0 - 0",
        "is_open BOOLEAN 1 - 0", "lat FLOAT 0 - 0", "lon FLOAT 0 - 0", "place INTEGER 1 - 1",
        "province VARCHAR(2) 0 - 0", "public_number VARCHAR(32) 1 - 0", "received_at BIGINT 1 - 0",
        "regency VARCHAR(5) 0 - 0", "region VARCHAR(13) 0 - 0", "sector VARCHAR(64) 0 - 0", "status VARCHAR(20) 1 - 0",
        "words TEXT 1 - 0",
    ],
    **{
        f"listed_{name}": [f"CREATE INDEX listed_{name} ON listed ({name}, place)", "listed"]
        for name in ("agency", "district", "is_open", "province", "regency", "sector", "status")
    },
    "sqlite_autoindex_listed_1": ["", "listed"],
    "listed_words": ["words  0 - 0"],
    "listed_words_config": ["k  1 - 1", "v  0 - 0"],
    "listed_words_data": ["block BLOB 0 - 0", "id INTEGER 0 - 1"],
    "listed_words_idx": ["pgno  0 - 0", "segid  1 - 1", "term  1 - 2"],
    "unpurged": ["mark INTEGER 1 - 1"],
}  # fmt: skip
"""The public list with its full-text index, and whether words wait to be removed from that index."""
LEFT_BEHIND: Final = ("book_reports", "inbox")
"""Tables of the version before that nothing reads any more: an upgrade leaves them alone, a new state has none."""
OPEN_DATA: Final[Mapping[str, Sequence[str]]] = {
    "open_lines": ["complaint VARCHAR(36) 1 - 1", "day DATE 1 - 0", "number VARCHAR(32) 1 - 0", "row TEXT 1 - 0"],
    "sqlite_autoindex_open_lines_1": ["", "open_lines"],
    "ix_open_lines_day": ["CREATE INDEX ix_open_lines_day ON open_lines (day)", "open_lines"],
    "open_days": ["day DATE 1 - 1", "mark BIGINT 1 - 0"],
    "sqlite_autoindex_open_days_1": ["", "open_days"],
    "open_files": [
        "body BLOB 1 - 0", "bytes INTEGER 1 - 0", "day DATE 1 - 1", "mark BIGINT 1 - 0", "rows INTEGER 1 - 0",
        "sha256 VARCHAR(64) 1 - 0",
    ],
    "sqlite_autoindex_open_files_1": ["", "open_files"],
    "open_lines_sent": ["shape INTEGER 1 - 1", "until VARCHAR(36) 1 - 0"],
    "past_jobs": [
        "arguments TEXT 1 - 0", "asked_at BIGINT 1 - 0", "asked_by VARCHAR(80) 1 - 0", "beat_at BIGINT 0 - 0",
        "ended_at BIGINT 0 - 0", "id VARCHAR(36) 1 - 1", "result TEXT 0 - 0", "status VARCHAR(8) 1 - 0", "why TEXT 0 - 0",
    ],
    "sqlite_autoindex_past_jobs_1": ["", "past_jobs"],
    "ix_past_jobs_status": ["CREATE INDEX ix_past_jobs_status ON past_jobs (status)", "past_jobs"],
    "ix_past_jobs_asked_at": ["CREATE INDEX ix_past_jobs_asked_at ON past_jobs (asked_at)", "past_jobs"],
}  # fmt: skip
NEW: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "reporting": {
        "lease": ["name VARCHAR(64) 1 - 1", "owner VARCHAR(32) 0 - 0", "until_s FLOAT 0 - 0"],
        "sqlite_autoindex_lease_1": ["", "lease"],
        "ix_reports_changed_at": ["CREATE INDEX ix_reports_changed_at ON reports (changed_at)", "reports"],
        "ix_reports_closed_at": ["CREATE INDEX ix_reports_closed_at ON reports (closed_at)", "reports"],
        **FIGURES,
        **LISTED,
        **OPEN_DATA,
    },
    "escalation": {
        "ix_ladder_order": ["CREATE INDEX ix_ladder_order ON ladder (climbed_at, complaint)", "ladder"],
    },
    "router": {
        "content_report": [
            "complaint VARCHAR(36) 1 - 0",
            "event VARCHAR(36) 1 - 1",
            "position BIGINT 1 - 0",
            "sender VARCHAR(64) 1 - 0",
        ],
        "ix_content_report_complaint": [
            "CREATE INDEX ix_content_report_complaint ON content_report (complaint)",
            "content_report",
        ],
        "sqlite_autoindex_content_report_1": ["", "content_report"],
        "content_decided": ["complaint VARCHAR(36) 1 - 1", "position BIGINT 1 - 0"],
        "sqlite_autoindex_content_decided_1": ["", "content_decided"],
        "ix_standing_waiting": [
            "CREATE INDEX ix_standing_waiting ON standing (place, since, complaint)",
            "standing",
        ],
    },
    "agency-inbox": {
        **CASES,
        "ix_refused_replies_told_at": [
            "CREATE INDEX ix_refused_replies_told_at ON refused_replies (told_at)",
            "refused_replies",
        ],
    },
    "intake": {
        "open_request": ["position VARCHAR(20) 1 - 0", "request VARCHAR(48) 1 - 1"],
        "sqlite_autoindex_open_request_1": ["", "open_request"],
        "open_work": [
            "basis VARCHAR(16) 1 '' 0",
            "complaint VARCHAR(36) 1 - 1",
            "due_at BIGINT 1 - 0",
            "holder VARCHAR(80) 1 - 0",
            "version INTEGER 1 - 0",
            "what VARCHAR(40) 1 - 2",
        ],
        "unscanned_open_work": [
            "basis VARCHAR(16) 1 '' 0",
            "complaint VARCHAR(36) 1 - 1",
            "due_at BIGINT 1 - 0",
            "holder VARCHAR(80) 1 - 0",
            "version INTEGER 1 - 0",
            "what VARCHAR(40) 1 - 2",
        ],
        "sqlite_autoindex_unscanned_open_work_1": ["", "unscanned_open_work"],
        "ix_unscanned_open_work_basis": [
            "CREATE INDEX ix_unscanned_open_work_basis ON unscanned_open_work (basis)",
            "unscanned_open_work",
        ],
        "ix_unscanned_open_work_due_at": [
            "CREATE INDEX ix_unscanned_open_work_due_at ON unscanned_open_work (due_at)",
            "unscanned_open_work",
        ],
        "lease": ["name VARCHAR(64) 1 - 1", "owner VARCHAR(32) 0 - 0", "until_s FLOAT 0 - 0"],
        "sqlite_autoindex_open_work_1": ["", "open_work"],
        "ix_open_work_basis": ["CREATE INDEX ix_open_work_basis ON open_work (basis)", "open_work"],
        "ix_open_work_due_at": ["CREATE INDEX ix_open_work_due_at ON open_work (due_at)", "open_work"],
        "sqlite_autoindex_lease_1": ["", "lease"],
    },
    "vault": {
        "files_ahead": [
            "attachment BLOB 1 - 2",
            "complaint BLOB 1 - 1",
            "digest TEXT 1 - 0",
            "media_type TEXT 1 - 0",
            "name TEXT 0 - 0",
            "sent_at TEXT 1 - 0",
            "size_bytes INTEGER 1 - 0",
        ],
        "sqlite_autoindex_files_ahead_1": ["", "files_ahead"],
        "files_ahead_by_age": ["CREATE INDEX files_ahead_by_age ON files_ahead (sent_at)", "files_ahead"],
        "notice_choices": ["chosen TEXT 1 - 0", "complaint BLOB 1 - 1"],
        "sqlite_autoindex_notice_choices_1": ["", "notice_choices"],
        "returned_mail": ["at BIGINT 1 - 0", "complaint BLOB 1 - 0", "lane BLOB 1 - 1", "status TEXT 1 - 0"],
        "sqlite_autoindex_returned_mail_1": ["", "returned_mail"],
        "returned_mail_by_complaint": [
            "CREATE INDEX returned_mail_by_complaint ON returned_mail (complaint)",
            "returned_mail",
        ],
        "bounces": ["mails INTEGER 1 - 0", "outcome TEXT 1 - 1"],
        "sqlite_autoindex_bounces_1": ["", "bounces"],
        "repeats": [
            "complaint BLOB 1 - 0",
            "digest BLOB 1 - 1",
            "first_at TEXT 1 - 0",
            "key TEXT 1 - 0",
            "language TEXT 1 - 0",
        ],
        "sms_parts": [
            "at TEXT 1 - 0",
            "client TEXT 1 - 1",
            "digest TEXT 1 - 0",
            "filed_as TEXT 0 - 0",
            "key TEXT 1 - 2",
            "number INTEGER 1 - 0",
            "sealed TEXT 0 - 0",
            "series TEXT 1 - 0",
            "total INTEGER 1 - 0",
        ],
        "sqlite_autoindex_sms_parts_1": ["", "sms_parts"],
        "sms_parts_by_message": ["CREATE INDEX sms_parts_by_message ON sms_parts (client, filed_as)", "sms_parts"],
        "sms_parts_by_series": ["CREATE INDEX sms_parts_by_series ON sms_parts (client, series)", "sms_parts"],
        "sqlite_autoindex_repeats_1": ["", "repeats"],
        "repeats_by_age": ["CREATE INDEX repeats_by_age ON repeats (first_at)", "repeats"],
        "repeats_by_complaint": ["CREATE INDEX repeats_by_complaint ON repeats (complaint)", "repeats"],
    },
}
"""Tables and indexes that this version adds, by database."""


def schema(state: Path) -> dict[str, dict[str, list[str]]]:
    """By database: the columns of every table (name, type, not null, default, primary key), the statement of every
    index. Without the tables in which Alembic keeps revisions.
    """
    return {path.stem: _tables(path) | _indexes(path) for path in sorted(state.glob("*.db"))}


def with_added(before: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, dict[str, list[str]]]:
    """The schema of the version before as this version upgrades it."""
    return {
        database: {name: sorted([*parts, *ADDED.get(name, ())]) for name, parts in tables.items()}
        | {name: sorted(parts) for name, parts in NEW.get(database, {}).items()}
        for database, tables in before.items()
    }


def _tables(path: Path) -> dict[str, list[str]]:
    statement = """
        select t.name, c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '-') || ' ' || c.pk
        from sqlite_master t join pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'alembic_version_%'
    """
    found: dict[str, list[str]] = {}
    for name, column in query(path, statement):
        found.setdefault(name, []).append(column)
    return {name: sorted(columns) for name, columns in found.items()}


def _indexes(path: Path) -> dict[str, list[str]]:
    found = query(
        path,
        "select name, tbl_name, coalesce(sql, '') from sqlite_master where type = 'index' and tbl_name not like 'alembic_version_%'",
    )
    return {name: sorted([table, sql]) for name, table, sql in found}


def names(state: Path) -> set[tuple[str, str, str]]:
    """Database, table and name of every stored position and lease. A process continues from what is stored under its name."""
    return {
        (path.stem, table, name)
        for path in state.glob("*.db")
        for table, column in (("feed_position", "view"), ("checkpoints", "view"), ("lease", "name"))
        if query(path, f"select name from sqlite_master where name = '{table}'")
        for (name,) in query(path, f"select {column} from {table}")
    }


def query(path: Path, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a database file, read with plain SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def essence(story: Mapping[str, Any]) -> Json:
    """What a reporter is told, without the sentences, whose wording may change."""
    return {
        **{name: story[name] for name in TOLD},
        "words": None if story["erased"] else [story["text"], story["title"], story["response"], story["question"]],
        "agency": story["holder"]["agency"],
        "timeline": [[moment["type"], moment["at"]] for moment in story["timeline"]],
        "due": [[due["clock"], due["started_at"], due["due_at"], due["stop_days"]] for due in story["due"]],
        "parts": [part["status"] for part in story["parts"]],
        "attachments": [each["id"] for each in story["attachments"]],
    }


def _statements(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as connection:
        made = "select type, name, sql from sqlite_master where sql is not null order by type desc, name"
        for kind, name, sql in connection.execute(made).fetchall():
            yield f"{sql};"
            for row in connection.execute(f'select * from "{name}"') if kind == "table" else ():
                yield f'insert into "{name}" values ({", ".join(map(_literal, row))});'


def _literal(value: Any) -> str:
    if isinstance(value, bytes):
        text = value.decode("ascii", "replace")
        # Bytes that are text stay readable.
        return f"cast({_literal(text)} as blob)" if text.isprintable() and text.isascii() else f"x'{value.hex()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "null" if value is None else repr(value)


def _contents(state: Path, place: Path) -> Iterator[tuple[str, Any]]:
    for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if path.is_file():
            yield str(path.relative_to(state)), _content(path.read_bytes())


def _content(content: bytes) -> Any:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}
