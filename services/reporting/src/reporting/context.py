"""What reporting's endpoints and roads work with."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from chassis.following import StoreFeed
from chassis.ledger import Ledger
from chassis.ports import Clock
from chassis.registry_view import RegistryView
from chassis.sql import Database


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
