"""The description of the files: a Frictionless tabular data package (https://specs.frictionlessdata.io)."""

from collections.abc import Mapping
from typing import Any, Final

from reporting.open_data.files import DayFile, Package
from reporting.open_data.line import COLUMNS

API: Final = "/api/v1/open-data"
INDEX: Final = "datapackage.json"
INDEX_PATH: Final = f"{API}/{INDEX}"
LICENCE: Final = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
TYPES: Final[Mapping[str, str]] = {
    "returns": "integer", "disputes": "integer", "rung": "integer", "stopped_days": "number",
    **dict.fromkeys(("received_on", "answered_on", "closed_on"), "date"),
    **dict.fromkeys(
        ("due_at", "received_at", "placed_at", "begun_at", "answered_at", "ended_at", "settle_due_at"), "datetime"
    ),
}  # fmt: skip
"""Of the columns that hold no text."""
MEANINGS: Final[Mapping[str, str]] = {
    "public_number": "The number of the report; its page is /laporan/<number>.",
    "class": "complaint, aspiration or information (PermenPANRB 62/2018).",
    "status": "Where it stands.",
    "closed": "Why it is closed; `silence` is not consent. Empty while it is open or joined.",
    "sector": "The field of its newest placement.",
    "region": "Kemendagri code of the regency of its newest placement, else as the reporter gave it.",
    "agency": "Who holds it now, after mergers.",
    "received_on": "Day of receipt in Jakarta: the file's day.",
    "answered_on": "Day of the newest answer.",
    "closed_on": "Day of closing.",
    "due_at": "By when the next step is due.",
    "returns": "How often an agency returned it.",
    "disputes": "How often the reporter disputed.",
    "rung": "How far it has climbed: 1 unit head, 2 supervising body, 3 Ombudsman, 4 list of the ignored.",
    "holder": "Who must act next: router, desk, agency:<id>, arbiter, lead or nobody.",
    "last_agency": "Who holds it, or held it last, by the id of that time.",
    "received_at": "When its channel received it: the citizen's clock runs from here.",
    "placed_at": "When an agency first held it.",
    "begun_at": "When an agency first acknowledged it, or answered without that.",
    "answered_at": "When it was first answered, also if that answer was disputed later.",
    "ended_at": "When it was closed or joined to another.",
    "settle_due_at": "By when an answer is or was owed, stops added; of an answered one as of its first answer. Empty "
    "while a question to the reporter stops the clock, and where no answer is owed.",
    "missed": "The clocks whose miss is recorded, parted by spaces.",
    "stopped_days": "Days in which it waited for its reporter, ended stops only.",
    "returned": "Each return between agencies as <time>/<from>/<to>, parted by spaces.",
}


def described(found: Package) -> dict[str, Any]:
    """The index of the files, with the hash of each and of all."""
    return {
        "profile": "tabular-data-package",
        "name": "satupintu-reports",
        "title": "Public reports: one line each, one file for each day of receipt",
        "licenses": [LICENCE],
        "version": found.sha256,
        "position": str(found.position),
        "pending": found.pending,
        "resources": [_resource(each) for each in found.files],
    }


def schema() -> dict[str, Any]:
    """The columns (Table Schema)."""
    fields = [{"name": name, "type": TYPES.get(name, "string"), "description": MEANINGS[name]} for name in COLUMNS]
    return {"fields": fields, "missingValues": [""], "primaryKey": "public_number"}


def _resource(file: DayFile) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": str(file.day),
        "path": file.path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.bytes,
        "rows": file.rows,
        "hash": f"sha256:{file.sha256}",
        "schema": "schema.json",
    }
