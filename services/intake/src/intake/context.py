"""What the endpoints and background tasks of intake share."""

from dataclasses import dataclass

from chassis.attachments.store import Attachments
from chassis.base.ports import TimeSource
from chassis.http.rate_limit import RateLimiter
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.write.repository import Repository
from intake.guesses import GuessLimit
from intake.kafka_health import KafkaProbe
from intake.notices.kept_choices import KeptChoices
from intake.notices.links import Links
from intake.notices.port import Mailbox, SentNotices
from intake.storage.audience import Audience
from intake.storage.erasures import Erasures
from intake.storage.former_filings import FormerFilings
from intake.storage.public_numbers import PublicNumbers
from intake.storage.records import Records
from intake.storage.repeats import Repeats
from intake.storage.results import Results
from intake.storage.returned_mail import ReturnedMail
from intake.storage.sent_ahead import FilesAhead
from intake.storage.sms_parts import SmsParts
from intake.storage.tracking_codes import TrackingCodes
from intake.storage.vault import Vault
from intake.uploads import SizeLimits
from schemas.deadlines.policies import Policies


@dataclass(frozen=True, slots=True)
class Intake:
    """Open for as long as the process serves."""

    repository: Repository
    clock: TimeSource
    registry: RegistryView
    policies: Policies
    codes: TrackingCodes
    former: FormerFilings
    numbers: PublicNumbers
    records: Records
    vault: Vault
    erasures: Erasures
    attachments: Attachments
    attachment_bytes: SizeLimits
    files_ahead: FilesAhead
    results: Results
    repeats: Repeats
    mailbox: Mailbox
    links: Links
    sent: SentNotices
    returned: ReturnedMail
    choices: KeptChoices
    sms_parts: SmsParts
    sms: bool
    """Whether a gateway sends the notices to telephone numbers."""
    probe: KafkaProbe
    filings: RateLimiter
    guesses: GuessLimit
    database: Database
    audience: Audience
