"""Settings of every process, read once from `SATUPINTU_...` variables by composition roots.

An unknown variable with our prefix refuses to start: a misspelt setting must not be silently ignored.
"""

import os
import re
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal

from pydantic import SecretBytes, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX: Final = "SATUPINTU_"
_PASSWORD: Final = re.compile(r"(://[^/?#@:]*:)[^/?#@]*@")


STATE: Final = "{state}"
_IN_STATE: Final = {
    "store_url": "sqlite:///{state}/store.db",
    "keyring_url": "sqlite:///{state}/keyring.db",
    "vault_url": "sqlite:///{state}/vault.db",
    "views_url": "sqlite:///{state}/{service}.db",
    "attachments_dir": "{state}/attachments",
    "models_dir": "{state}/models",
    "notices_dir": "{state}/notices",
    "clock_file": "{state}/clock",
    "master_key_file": "{state}/secrets/master.key",
    "code_secret_file": "{state}/secrets/code.secret",
}


class Settings(BaseSettings):
    """What a process needs to know of its surroundings. Paths are local, URLs choose adapters."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    store_url: str
    keyring_url: str
    vault_url: str
    views_url: str
    """Each service's own read models; `{service}` is filled with its name."""
    kafka: str = "127.0.0.1:9092"
    state_dir: Path = Path("var")
    """Whatever of the rest is not set lies in here."""
    attachments_dir: Path
    models_dir: Path
    """Reading models made by `python -m router train`, by version: every process of router reads them here."""
    shadow_model: str | None = None
    """A model of the models' folder that chooses beside the live one: counted (`satupintu shadow`), never followed."""
    notices_dir: Path
    notices_url: str = "file:"
    """`file:` writes notices to `notices_dir`; `smtp://host:port` sends them."""
    clock_file: Path
    production: bool = False
    """Refuses the test clock."""
    master_key_file: Path
    code_secret_file: Path
    host: str = "127.0.0.1"
    port: int = 8000
    log_format: str = "json"
    sweep_period_s: float = 1.0
    sweep_grace_s: float = 30.0
    """The sweep leaves alone what is younger: the reaction is probably on its way."""
    filings_per_minute: float = 60
    """From one source, and as many at once; 0: no limit. Likewise look-ups by tracking code."""
    lookups_per_minute: float = 600
    agency_topics: Literal["used", "all"] = "used"
    """Which bodies have topics: those that got a message or were registered while we run, or all from the start."""
    kafka_port: int = 9092
    """Read by `make run` alone, like the following: where the local broker listens."""
    kafka_cache: Path = Path(".cache/kafka")

    @model_validator(mode="before")
    @classmethod
    def _lies_in_state(cls, given: dict[str, object]) -> dict[str, object]:
        state = str(given.get("state_dir") or cls.model_fields["state_dir"].default)
        return {name: place.replace(STATE, state) for name, place in _IN_STATE.items()} | given

    @field_validator("host")
    @classmethod
    def _stays_here(cls, host: str) -> str:
        # Who may act for an agency is not checked yet (docs/adr/0005): nobody from outside may ask.
        if not _is_loopback(host):
            raise ValueError(f"{host} is no loopback address, and nothing else is served until access is checked")
        return host

    @cached_property
    def master_key(self) -> SecretBytes:
        """32 bytes that wrap every complaint's key."""
        return SecretBytes(_secret(self.master_key_file))

    @cached_property
    def code_secret(self) -> SecretBytes:
        """What tracking codes are derived with."""
        return SecretBytes(_secret(self.code_secret_file))

    def views_of(self, service: str) -> str:
        """URL of one service's read models."""
        return self.views_url.format(service=service)


class NoState(Exception):
    """What every process needs of the platform's own files is not there."""


class BadSetting(Exception):
    """A variable with our prefix that no process knows, or a value that none can use."""


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
    """Each setting, for the log: of a URL not its password, of a secret the name of its file."""
    return {name: _PASSWORD.sub(r"\1***@", str(value)) for name, value in settings}


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _secret(path: Path) -> bytes:
    # Hex text of at least 32 bytes: easy to back up on paper with the key ring.
    try:
        secret = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError as error:
        raise NoState(f"there is no {path}: go where the platform's state lies, or set {PREFIX}STATE_DIR") from error
    if len(secret) < 32:
        raise ValueError(f"{path} must hold at least 32 bytes in hex")
    return secret
