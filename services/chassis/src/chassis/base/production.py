"""What the settings lack before the platform may serve others than this machine (docs/adr/0044)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chassis.base.settings import Settings

_PREFIX: Final = "SATUPINTU_"


def missing_for_production(settings: "Settings") -> list[str]:
    """One sentence per missing setting; empty: the settings are complete."""
    return [*_identity(settings), *_transport(settings), *_secrets(settings), *_kafka(settings)]


def _identity(settings: "Settings") -> Iterator[str]:
    if not settings.production:
        yield _need("PRODUCTION=1", "it turns the test clock and the demo people off")
    if not (settings.oidc_issuer or "").startswith("https://"):
        yield _need("OIDC_ISSUER", "the https:// address of the provider that people and systems sign in at")


def _transport(settings: "Settings") -> Iterator[str]:
    if settings.tls_certificate_file is None and not settings.trusted_proxies:
        yield _need(
            "TLS_CERTIFICATE_FILE and SATUPINTU_TLS_KEY_FILE, or SATUPINTU_TRUSTED_PROXIES",
            "TLS here, or the networks of the proxies that end it",
        )
    if not settings.hosts:
        yield _need("HOSTS", "the names by which browsers reach the platform")


def _secrets(settings: "Settings") -> Iterator[str]:
    for name in ("master_key_file", "code_secret_file", "oidc_client_secret_file"):
        file = getattr(settings, name).absolute()
        if file.is_relative_to(settings.state_dir.absolute()):
            yield _need(name.upper(), f"a file outside {settings.state_dir}, where `make run` makes its own")


def _kafka(settings: "Settings") -> Iterator[str]:
    if settings.kafka_security == "plaintext":
        yield _need("KAFKA_SECURITY", "Kafka with SASL: `sasl` on this machine, `sasl-tls` towards others")


def _need(name: str, what: str) -> str:
    return f"{_PREFIX}{name}: {what}"
