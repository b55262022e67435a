"""How a process reaches Kafka: the address, and the user that it signs in as."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Security = Literal["sasl", "sasl-tls", "plaintext"]
Mechanism = Literal["SCRAM-SHA-512", "PLAIN"]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Kafka cluster as one user reaches it. `address`: "host:port,...". Without a user: without any sign-in, for
    brokers that know no users. The password is never part of the text of this object.
    """

    address: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    ca_file: Path | None = None
    """Authorities that the broker's certificate is checked with, in PEM, instead of the system's."""
    mechanism: Mechanism = "SCRAM-SHA-512"

    def __str__(self) -> str:
        return self.address
