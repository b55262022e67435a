"""What intake holds while it runs: one object, made by the composition root, that every endpoint and road is given."""

from dataclasses import dataclass

from chassis.base.ports import Clock
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.write.repository import Ledger
from intake.kafka_health import KafkaProbe
from intake.notices.port import Mailbox, Sent
from intake.rate_limit import Rate
from intake.storage.attachments import Attachments
from intake.storage.audience import Audience
from intake.storage.public_numbers import Numbers
from intake.storage.records import Records
from intake.storage.results import Results
from intake.storage.tracking_codes import Codes
from intake.storage.vault import Vault
from schemas.deadlines.policies import Policies


@dataclass(frozen=True, slots=True)
class Context:
    """Intake's surroundings. `ledger` writes in intake's name."""

    ledger: Ledger
    clock: Clock
    registry: RegistryView
    policies: Policies
    codes: Codes
    numbers: Numbers
    records: Records
    vault: Vault
    attachments: Attachments
    results: Results
    mailbox: Mailbox
    sent: Sent
    probe: KafkaProbe
    filings: Rate
    lookups: Rate
    database: Database
    audience: Audience | None = None
    """None: nobody but reporters is told."""
