"""What reporting's endpoints and roads work with."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from chassis.base.ports import Clock
from chassis.project.from_store import StoreFeed
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.write.repository import Ledger


@dataclass(frozen=True, slots=True)
class Reporting:
    """Open for as long as the process serves."""

    ledger: Ledger
    registry: RegistryView
    clock: Clock
    database: Database
    books: StoreFeed
    supports: StoreFeed
    secret: bytes

    def supporter(self, client: str, complaint: UUID) -> str:
        """A keyed hash of who supports: the same client once a complaint, and never traceable across complaints."""
        message = b"support" + complaint.bytes + client.encode()
        return hmac.digest(self.secret, message, hashlib.sha256).hex()
