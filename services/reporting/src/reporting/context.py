"""What the endpoints and background tasks of reporting share."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from chassis.base.ports import TimeSource
from chassis.base.secret_file import Secrets
from chassis.http.rate_limit import RateLimiter
from chassis.project.from_store import StoreProjection
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.write.repository import Repository


@dataclass(frozen=True, slots=True)
class Reporting:
    """Open for as long as the process serves."""

    repository: Repository
    registry: RegistryView
    clock: TimeSource
    database: Database
    figures: StoreProjection
    """Of the books, the counts and the charts."""
    supports: StoreProjection
    secret: bytes
    """Key of the supporters' hashes."""
    codes: Secrets
    """Of tracking codes."""
    content_reports: RateLimiter | None = None
    """How many reports of content one source may send a minute; None: any number."""

    def supporter(self, client: str, complaint: UUID) -> str:
        """A keyed hash of the client, different for each complaint, so that one person's supports cannot be linked."""
        message = b"support" + complaint.bytes + client.encode()
        return hmac.digest(self.secret, message, hashlib.sha256).hex()
