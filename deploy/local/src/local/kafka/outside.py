"""The local broker's listener for agencies and gateways on other machines, as the settings say."""

from chassis.base.settings import PREFIX, Settings
from local.errors import CannotRun
from local.kafka.config import Outside


def outside_listener(settings: Settings) -> Outside | None:
    """The listener of `kafka_outside`; None: the broker serves this machine alone.

    Raises:
        CannotRun: the address is not host:port, or there is no key and certificate for TLS.
    """
    if settings.kafka_outside is None:
        return None
    host, _, port = settings.kafka_outside.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise CannotRun(f"{PREFIX}KAFKA_OUTSIDE must be host:port, as in kafka.example.go.id:9094.")
    keystore = settings.kafka_keystore
    if keystore is None or not keystore.is_file():
        raise CannotRun(
            f"{PREFIX}KAFKA_OUTSIDE needs TLS: set {PREFIX}KAFKA_KEYSTORE to a PEM file with the private key "
            f"(PKCS #8) and the certificate with its chain{'' if keystore is None else f'; there is no {keystore}'}."
        )
    return Outside(host, int(port), keystore.resolve())
