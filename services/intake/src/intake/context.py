"""What intake holds while it runs: one object, made by the composition root, that every endpoint and road is given."""

from dataclasses import dataclass

from chassis.ledger import Ledger
from chassis.ports import Clock
from chassis.registry_view import RegistryView
from chassis.sql import Database
from intake.attachments import Attachments
from intake.audience import Audience
from intake.codes import Codes
from intake.kafka_probe import KafkaProbe
from intake.notices import Mailbox, Sent
from intake.numbers import Numbers
from intake.rate import Rate
from intake.records import Records
from intake.results import Results
from intake.vault import Vault
from schemas.policies import Policies


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
