"""Settings of every process, read once from `SATUPINTU_...` variables by composition roots.

A process does not start if a variable with this prefix is unknown: a misspelt setting must not be ignored silently.
"""

import os
import re
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretBytes, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.base.secret_file import BadSecretFile, Secrets
from chassis.base.secret_file import read as read_secrets

PREFIX: Final = "SATUPINTU_"
_PASSWORD: Final = re.compile(r"(://[^/?#@:]*:)[^/?#@]*@")


STATE: Final = "{state}"
_IN_STATE: Final = {
    "store_url": "sqlite:///{state}/store.db",
    "keyring_url": "sqlite:///{state}/keyring.db",
    "vault_url": "sqlite:///{state}/vault.db",
    "erasures_url": "sqlite:///{state}.erasures/erasures.db",
    "views_url": "sqlite:///{state}/{service}.db",
    "attachments_dir": "{state}/attachments",
    "models_dir": "{state}/models",
    "notices_dir": "{state}/notices",
    "clock_file": "{state}/clock",
    "master_key_file": "{state}/secrets/master.key",
    "code_secret_file": "{state}/secrets/code.secret",
}


DERIVED: Final = {
    "signature": b"signature of published events",
    "sms-parts": b"parts of SMS",
    "likeness": b"likeness of texts",
}
"""Labels of the secrets that are derived from the first master key. `satupintu keys rotate` keeps them in its file."""


class Settings(BaseSettings):
    """A process's settings. Paths are local; URLs choose adapters."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    store_url: str
    keyring_url: str
    vault_url: str
    erasures_url: str
    """The list of erased complaints. It must be outside the backup of everything else: after a restore it says what to
    erase again. By default in a folder beside `state_dir`.
    """
    views_url: str
    """Each service's own read models; `{service}` is replaced by its name."""
    kafka: str = "127.0.0.1:9092"
    state_dir: Path = Path("var")
    """Folder of everything below that is not set."""
    attachments_dir: Path
    models_dir: Path
    """Classifiers made by `python -m router train`, by version; every process of router loads them from here."""
    shadow_model: str | None = None
    """A classifier that chooses beside the live one: counted (`satupintu shadow`), never followed."""
    notices_dir: Path
    notices_url: str = "file:"
    """`file:` writes notifications to `notices_dir`; `smtp://[user:password@]host[:port]` sends them."""
    mail_from: str = "satupintu@localhost"
    """Sender that people see, as in `Satupintu <lapor@example.go.id>`."""
    mail_envelope_from: str | None = None
    """Address that bounces go to; by default that of `mail_from`."""
    mail_tls: Literal["none", "starttls", "implicit"] = "none"
    """Encryption towards the mail server; the port is 25, 587 or 465 unless `notices_url` names one."""
    mail_ca_file: Path | None = None
    """Authorities that the mail server's certificate is checked with, in PEM, instead of the system's."""
    sms_gateway: bool = False
    """Whether a gateway sends the notifications to telephone numbers that are written to `notices_dir`. Without it
    none are written, and people are told that no SMS is sent.
    """
    clock_file: Path
    production: bool = False
    """Production mode: no test clock."""
    master_key_file: Path
    code_secret_file: Path
    host: str = "127.0.0.1"
    port: int = 8000
    log_format: str = "json"
    sweep_period_s: float = 1.0
    sweep_grace_s: float = 30.0
    """Sweeps leave younger work to the reaction, which probably is about to handle it."""
    filings_per_minute: float = 60
    """Per source, also as a burst; 0: no limit. The same for look-ups by tracking code."""
    lookups_per_minute: float = 600
    http_head_bytes: int = Field(32_768, ge=1024)
    """Most bytes of a request's line and headers; more: 431 (414 if the line alone is longer)."""
    http_head_count: int = Field(100, ge=10)
    """Most headers of a request; more: 431."""
    http_head_s: float = Field(15.0, gt=0)
    """Within how many seconds the headers must have arrived: 408."""
    http_body_s: float = Field(30.0, gt=0)
    """Within how many seconds the body must have arrived, plus one for each `http_body_bytes_s` bytes of it: 408."""
    http_body_bytes_s: float = Field(1000.0, gt=0)
    """Least bytes per second of a body that takes longer."""
    http_idle_s: float = Field(75.0, gt=0)
    """How long an idle connection is kept. Longer than clients and proxies keep one (mostly 15 to 60 s), so that the
    client closes first; otherwise a POST may be sent on a connection that the server is closing.
    """
    http_send_s: float = Field(60.0, gt=0)
    """A client that reads nothing of its answer for so many seconds is disconnected."""
    agency_topics: Literal["used", "all"] = "used"
    """Which agencies have topics: those with a message or registered while the process runs, or all from the start."""
    kafka_port: int = 9092
    """Where the local broker listens. This and the next setting are used by `make run` only."""
    kafka_cache: Path = Path(".cache/kafka")

    @model_validator(mode="before")
    @classmethod
    def _default_places(cls, given: dict[str, object]) -> dict[str, object]:
        state = str(Path(str(given.get("state_dir") or cls.model_fields["state_dir"].default)))
        return {name: place.replace(STATE, state) for name, place in _IN_STATE.items()} | given

    @field_validator("host")
    @classmethod
    def _loopback_only(cls, host: str) -> str:
        # Nobody checks yet who may act for an agency (docs/adr/0005): serve this machine only.
        if not is_loopback(host):
            raise ValueError(
                f"{host} is not a loopback address; other addresses are refused until access control exists"
            )
        return host

    @cached_property
    def master_keys(self) -> Secrets:
        """32 bytes each; encrypt every complaint's key. `satupintu keys` adds and removes them."""
        return _secrets(self.master_key_file)

    @cached_property
    def code_secrets(self) -> Secrets:
        """Secrets from which tracking codes are derived. `satupintu codes` adds and ends them."""
        return _secrets(self.code_secret_file)

    @property
    def hash_secret(self) -> SecretBytes:
        """Key of stored hashes (supporters, repeated reports), which a new code secret must not change."""
        return SecretBytes(self.code_secrets.versions[0].secret)

    @property
    def signing_key(self) -> SecretBytes:
        """Signs what the relay publishes (`chassis.kafka.signature`)."""
        return self._derived("signature")

    @property
    def sms_key(self) -> SecretBytes:
        """Seals the waiting parts of an SMS."""
        return self._derived("sms-parts")

    @property
    def likeness_key(self) -> SecretBytes:
        """Key of the hashes in the index of similar reports."""
        return self._derived("likeness")

    def _derived(self, name: str) -> SecretBytes:
        return SecretBytes(self.master_keys.derive(name, DERIVED[name]))

    def views_of(self, service: str) -> str:
        """URL of one service's read models."""
        return self.views_url.format(service=service)


class NoState(Exception):
    """A file of the platform's state is missing."""


class BadSetting(Exception):
    """A variable with our prefix is unknown, or its value is not valid."""


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        BadSetting: a `SATUPINTU_` variable or its value is misspelt.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise BadSetting(f"unknown settings: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    try:
        return Settings()
    except ValidationError as error:
        why = "; ".join(f"{PREFIX}{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
        raise BadSetting(why) from error


def redacted(settings: Settings) -> dict[str, str]:
    """Each setting for the log: URLs without passwords, secrets by file name."""
    return {name: _PASSWORD.sub(r"\1***@", str(value)) for name, value in settings}


def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine's own."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _secrets(path: Path) -> Secrets:
    # Hex text of at least 32 bytes, which can be backed up on paper.
    try:
        return Secrets(path, read_secrets(path))
    except BadSecretFile as error:
        raise BadSetting(str(error)) from error
    except FileNotFoundError as error:
        raise NoState(
            f"there is no {path}: change to the folder of the platform's state, or set {PREFIX}STATE_DIR"
        ) from error
