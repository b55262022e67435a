"""Settings of every process, read once from `SATUPINTU_...` variables by composition roots.

A process does not start if a variable with this prefix is unknown: a misspelt setting must not be ignored silently.
"""

import os
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretBytes, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chassis.base.addresses import Network, is_loopback, network
from chassis.base.cluster import Cluster, Mechanism, Security
from chassis.base.gateways import Gateways, all_gateways, parse_gateways
from chassis.base.production import missing_for_production
from chassis.base.secret_file import BadSecretFile, Secrets
from chassis.base.secret_file import read as read_secrets
from schemas.access.kafka_users import ADMINISTRATOR
from schemas.base.media_types import FileKind

PREFIX: Final = "SATUPINTU_"
_PASSWORD: Final = re.compile(r"(://[^/?#@:]*:)[^/?#@]*@")


STATE: Final = "{state}"
MIB: Final = 1024 * 1024
_IN_STATE: Final = {
    "store_url": "sqlite:///{state}/store.db",
    "keyring_url": "sqlite:///{state}/keyring.db",
    "vault_url": "sqlite:///{state}/vault.db",
    "erasures_url": "sqlite:///{state}.erasures/erasures.db",
    "limits_url": "sqlite:///{state}/limits.db",
    "views_url": "sqlite:///{state}/{service}.db",
    "offices_url": "sqlite:///{state}/offices.db",
    "sessions_url": "sqlite:///{state}/sessions.db",
    "access_log_url": "sqlite:///{state}/access.db",
    "attachments_dir": "{state}/attachments",
    "models_dir": "{state}/models",
    "notices_dir": "{state}/notices",
    "clock_file": "{state}/clock",
    "master_key_file": "{state}/secrets/master.key",
    "code_secret_file": "{state}/secrets/code.secret",
    "kafka_secrets_dir": "{state}/secrets/kafka",
    "kafka_admin": "@{state}/kafka/administrator.address",
    "oidc_client_secret_file": "{state}/secrets/oidc-client.secret",
}


_SCHEMAS: Final = {
    "store_url": "store",
    "keyring_url": "keys",
    "vault_url": "vault",
    "limits_url": "limits",
    "views_url": "views_{schema}",
    "offices_url": "offices",
    "sessions_url": "sessions",
    "access_log_url": "access_log",
}
"""Schemas in the database of `database_url`. The list of erasures is not there: it must be outside of its backup."""


DERIVED: Final = {
    "signature": b"signature of published events",
    "sms-parts": b"parts of SMS",
    "likeness": b"likeness of texts",
    "access-log": b"chain of the access log",
    "sessions": b"sessions of pages",
    "readers": b"readers of parts of pages",
}
"""Labels of the secrets that are derived from the first master key. `satupintu keys rotate` keeps them in its file."""


class Settings(BaseSettings):
    """A process's settings. Paths are local; URLs choose adapters."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    database_url: str | None = Field(None, pattern=r"^postgresql(\+psycopg)?://[^?]+(\?.+)?$")
    """One PostgreSQL database for everything below that is not set: each part gets a schema of its own in it. Only the
    list of erasures stays where it is.
    """
    store_url: str
    keyring_url: str
    vault_url: str
    erasures_url: str
    """The list of erased complaints. It must be outside the backup of everything else: after a restore it says what to
    erase again. By default in a folder beside `state_dir`.
    """
    limits_url: str
    """Counts of the rate limits of the last two minutes, shared by all web processes; not to be backed up."""
    views_url: str
    """Each service's own read models; `{service}` is replaced by its name, and `{schema}` by its name as the name of a
    schema of PostgreSQL.
    """
    offices_url: str
    """What agencies' offices keep besides complaints: names of officers, saved views, answer templates. Primary data,
    to be backed up.
    """
    sessions_url: str
    """Sessions of signed-in people, shared by all web processes. It needs no backup: who is signed out signs in again.
    """
    access_log_url: str
    """The access log: sign-ins, refusals, changed credentials. Written by all processes, and never changed."""
    kafka: str = "127.0.0.1:9092"
    """Where clients reach Kafka: "host:port,...". By default the local broker at `kafka_port`."""
    kafka_security: Security | None = None
    """`sasl`: sign in with SCRAM-SHA-512; `sasl-tls`: over TLS; `plaintext`: neither, for a broker of this machine that
    knows no users. By default `sasl` on this machine and `sasl-tls` towards others.
    """
    kafka_user: str | None = None
    """Whom this process signs in as; by default its own kind: `relay`, `intake`, ..., `operator` for commands."""
    kafka_password_file: Path | None = None
    """That user's password, in a file of this user alone; by default `<user>.password` in `kafka_secrets_dir`."""
    kafka_secrets_dir: Path
    """Passwords of the platform's own users. Only the provisioner, which makes these users, needs all of them."""
    kafka_ca_file: Path | None = None
    """Authorities that Kafka's certificate is checked with, in PEM, instead of the system's."""
    kafka_admin: str
    """Where the administrator reaches Kafka; `@file`: the file holds the address."""
    kafka_admin_mechanism: Mechanism = "PLAIN"
    """How the administrator signs in: `PLAIN`, or `SCRAM-SHA-512` where the cluster's own tools made that user."""
    kafka_outsider_bytes_s: int = Field(2_000_000, gt=0)
    """Most bytes per second that one agency or gateway may write, and as many that it may read; Kafka slows it down."""
    kafka_outsider_percent: float = Field(50.0, gt=0)
    """Most time of the broker's request threads, in percent of one, that one agency or gateway may use."""
    gateways: Annotated[dict[str, tuple[str, ...]] | None, NoDecode] = None
    """The channel gateways, separated by commas; `id=name` says under which name it filed before, or which gateway it
    took over, and may be repeated. Those that it does not name end. By default `sms`, in production mode none.
    """
    state_dir: Path = Path("var")
    """Folder of everything below that is not set."""
    attachments_dir: Path
    attachments_url: str = Field("file:", pattern="^(file:|s3://[^/]+(/.*)?)$")
    """Where reporters' files are kept: `file:` in `attachments_dir`; `s3://bucket/prefix` in a bucket. Endpoint, region
    and credentials of a bucket come from `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID` and
    `AWS_SECRET_ACCESS_KEY`, or from the next setting.
    """
    attachments_credentials_file: Path | None = None
    """A file in the format of AWS's `credentials`, of which the section `default` is read."""
    attachment_picture_bytes: int = Field(10 * MIB, gt=0)
    """Most bytes of a picture; larger: 422. The same for the other kinds."""
    attachment_document_bytes: int = Field(10 * MIB, gt=0)
    attachment_audio_bytes: int = Field(20 * MIB, gt=0)
    attachment_video_bytes: int = Field(50 * MIB, gt=0)
    clamav: str = Field("", pattern=r"^(|/.+|[^/]+:\d+)$")
    """ClamAV's daemon, as `host:port` or the path of its socket. Files wait for its verdict. Empty: none is scanned."""
    clean_cpu_s: int = Field(60, gt=0)
    """Seconds of processor time for making one copy without hidden data; the next one: bytes of memory."""
    clean_memory_bytes: int = Field(1024 * MIB, ge=128 * MIB)
    clean_at_once: int = Field(2, ge=1)
    """Copies that a process makes at the same time."""
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
    """Address that bounces go to; by default that of `mail_from`. In it `{token}` is replaced by what names the mail,
    as in `bounces+{token}@example.go.id`.
    """
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
    record_actors: bool = True
    """Whether the metadata of an event names who gave the command. Off only during an upgrade that replaces processes
    one after the other, since the version before cannot read such events.
    """
    oidc_issuer: str | None = None
    """The OpenID Connect provider, exactly as its discovery document names it: https, or http on this machine. Without
    one no access token is accepted; `make run` then starts a provider with demo people.
    """
    oidc_audience: str = Field("satupintu-api", min_length=1)
    """What access tokens must name in `aud`. Not the client's id, which ID tokens name."""
    oidc_roles_claim: str = Field("roles", min_length=1)
    """Where tokens have roles: a claim, or a path such as `realm_access.roles`."""
    oidc_clock_skew_s: int = Field(30, ge=0, le=300)
    """By how much the provider's clock and ours may differ."""
    oidc_client_id: str = Field("satupintu", min_length=1)
    """The id under which the provider knows our pages."""
    oidc_client_secret_file: Path
    """The secret of that client. Without the file it is a public client, which PKCE alone protects."""
    oidc_scopes: str = Field("openid profile", pattern=r"^openid( [!#-\[\]-~]+)*$")
    """What sign-ins ask the provider for. Add what releases the roles, if it needs a scope of its own."""
    public_url: str | None = None
    """Where people open the platform, such as `https://lapor.example.go.id`: links in mails begin with it. By default
    the first of `hosts` over https; without one, this machine at `port`.
    """
    parts_url: str | None = None
    """Where the pages of a service find the API of all others, such as `https://lapor.example.go.id`. Not needed where
    all services are in one process, as with `make run`.
    """
    host: str = "127.0.0.1"
    """Where the public routes are served. Another address than loopback needs everything that
    `missing_for_production` lists.
    """
    port: int = 8000
    health_host: str = "127.0.0.1"
    """Where /healthz, /readyz and /metrics are served, without TLS: for the operator's own network."""
    health_port: int | None = None
    """By default `port` plus 2; between them is the demo issuer."""
    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names by which browsers reach the platform, separated by commas, without port."""
    tls_certificate_file: Path | None = None
    """Certificate with its chain, in PEM, to serve HTTPS; with the next one."""
    tls_key_file: Path | None = None
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    """Networks of the proxies that end TLS, separated by commas: they alone may ask, and say whom they ask for."""
    proxy_header: Literal["x-forwarded-for", "forwarded"] = "x-forwarded-for"
    """The header in which these proxies name the client. They must append to it or overwrite it; any other header of
    this kind is ignored, because a proxy passes on what it does not know.
    """
    events_topic_days: float | None = Field(None, ge=7)
    """How long `complaint-events` keeps a record; None: for ever, as the store does. Readers that were away for longer
    are filled from the store, so a limit saves the disk that a second copy of the store takes.
    """
    log_format: str = "json"
    traces: bool = False
    """Whether processes send OpenTelemetry traces, to where `OTEL_EXPORTER_OTLP_ENDPOINT` says (OTLP over HTTP). Turn
    it on when no process of the version before runs any more: that one cannot read what a trace wrote.
    """
    sweep_period_s: float = 1.0
    sweep_grace_s: float = 30.0
    """Sweeps leave younger work to the reaction, which probably is about to handle it."""
    filings_per_minute: float = Field(60, ge=0)
    """Complaints that one source may file, also as a burst; 0: no limit, as for the next ones. A source is an IPv4
    address or an IPv6 network of 64 bits. Whoever is signed in is counted by name instead.
    """
    requests_per_minute: float = Field(1200, ge=0)
    """Other requests of one source. Reading by a tracking code is not counted."""
    principal_requests_per_minute: float = Field(6000, ge=0)
    """Requests of one person or system that is signed in."""
    failed_codes_per_minute: float = Field(30, ge=0)
    """Attempts of one source with tracking codes that do not exist."""
    failed_codes_alarm_per_minute: float = Field(600, ge=0)
    """Such attempts in all above which the log and the metrics raise an alarm; nobody is refused for it."""
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
    agency_topics: Literal["used", "all"] = "all"
    """Which agencies have topics from the start: all, or (`used`, as `make run` does) those with credentials or a
    message and those registered while the process runs.
    """
    kafka_port: int = 9092
    """Where the local broker listens. This and the next settings are used by `make run` only."""
    kafka_outside: str | None = None
    """Where agencies and gateways on other machines reach the local broker, over TLS: "host:port" to listen on."""
    kafka_keystore: Path | None = None
    """Private key (PKCS #8) and certificate with its chain for `kafka_outside`, in one PEM file."""
    kafka_cache: Path = Path(".cache/kafka")
    demo_issuer_port: int = 8001
    """Where the provider with the demo people listens."""
    demo_issuer_url: str | None = None
    """Under which address a proxy on the same machine publishes the demo provider, for trying a cluster. By default it
    is not published.
    """
    demo_pages_url: str | None = None
    """The address of the pages that people then sign in at, besides those on this machine."""

    @model_validator(mode="before")
    @classmethod
    def _default_places(cls, given: dict[str, object]) -> dict[str, object]:
        state = str(Path(str(given.get("state_dir") or cls.model_fields["state_dir"].default)))
        local = {"kafka": f"127.0.0.1:{given['kafka_port']}"} if given.get("kafka_port") else {}
        places = {name: place.replace(STATE, state) for name, place in _IN_STATE.items()}
        return places | _in_database(given.get("database_url")) | local | given

    @field_validator("hosts", mode="before")
    @classmethod
    def _host_names(cls, given: object) -> object:
        return tuple(name.lower() for name in _listed(given)) if isinstance(given, str) else given

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, given: object) -> object:
        return tuple(network(each) for each in _listed(given)) if isinstance(given, str) else given

    @field_validator("gateways", mode="before")
    @classmethod
    def _named_gateways(cls, given: object) -> object:
        return parse_gateways(given) if isinstance(given, str) else given

    @property
    def all_gateways(self) -> Gateways:
        """Every channel gateway, with the names that it had before."""
        return all_gateways(self.gateways, production=self.production)

    @model_validator(mode="after")
    def _certificate_with_key(self) -> Self:
        if (self.tls_certificate_file is None) != (self.tls_key_file is None):
            raise ValueError(f"{PREFIX}TLS_CERTIFICATE_FILE and {PREFIX}TLS_KEY_FILE are needed together")
        return self

    @model_validator(mode="after")
    def _complete_or_loopback(self) -> Self:
        if not is_loopback(self.host) and self.missing:
            raise ValueError(
                f"{PREFIX}HOST={self.host} is not a loopback address, which needs all production settings; "
                f"missing are {'; '.join(self.missing)}"
            )
        return self

    def kafka_as(self, user: str) -> Cluster:
        """Kafka as the process kind `user` reaches it, unless `kafka_user` names another user.

        Raises:
            NoState, BadSetting: the password cannot be read.
        """
        if self.kafka_security == "plaintext":
            return Cluster(self.kafka)
        name = self.kafka_user or user
        password = _password(self.kafka_password_file, name) if self.kafka_password_file else self.kafka_password(name)
        tls = self.kafka_security == "sasl-tls" or not _is_here(self.kafka)
        return Cluster(self.kafka, name, password, tls, self.kafka_ca_file)

    def kafka_as_administrator(self) -> Cluster:
        """Kafka as its administrator reaches it, on a listener of its own.

        Raises:
            NoState, BadSetting: the address or the password cannot be read.
        """
        address, _, file = self.kafka_admin.partition("@")
        if file:
            address = _read(Path(file), "the address of Kafka's administrator")
        password = self.kafka_password(ADMINISTRATOR)
        tls = not _is_here(address)
        return Cluster(address, ADMINISTRATOR, password, tls, self.kafka_ca_file, self.kafka_admin_mechanism)

    @field_validator("kafka_security")
    @classmethod
    def _encrypted_towards_others(cls, security: Security | None, info: ValidationInfo) -> Security | None:
        if security in ("sasl", "plaintext") and not _is_here(str(info.data.get("kafka", ""))):
            raise ValueError(f"{security} is for a broker of this machine; towards another use sasl-tls")
        return security

    def kafka_password(self, user: str) -> str:
        """The password of one of the platform's own users. Raises NoState, BadSetting."""
        return _password(self.kafka_secrets_dir / f"{user}.password", user)

    @property
    def kafka_outsider_quota(self) -> dict[str, float]:
        """The limits of each agency's and gateway's Kafka user, by Kafka's names."""
        bytes_s = float(self.kafka_outsider_bytes_s)
        return {
            "producer_byte_rate": bytes_s,
            "consumer_byte_rate": bytes_s,
            "request_percentage": self.kafka_outsider_percent,
        }

    @cached_property
    def missing(self) -> list[str]:
        """See `missing_for_production`. Without complete settings this machine alone is served."""
        return missing_for_production(self)

    @property
    def health_listener(self) -> tuple[str, int]:
        """Host and port."""
        beside = self.port + 2 if self.port else 0
        return self.health_host, beside if self.health_port is None else self.health_port

    @property
    def public_address(self) -> str:
        """`public_url` or what stands for it, without a slash at its end."""
        here = f"https://{self.hosts[0]}" if self.hosts else f"http://127.0.0.1:{self.port}"
        return (self.public_url or here).rstrip("/")

    @field_validator("oidc_issuer", "parts_url", "public_url", "demo_issuer_url", "demo_pages_url")
    @classmethod
    def _safe_issuer(cls, issuer: str | None) -> str | None:
        if issuer is not None and (not is_safe_url(issuer) or "?" in issuer):
            raise ValueError("must be an https address, or one of this machine, without query and fragment")
        return issuer

    @field_validator("oidc_client_id")
    @classmethod
    def _not_the_audience(cls, client: str, given: ValidationInfo) -> str:
        if client == given.data.get("oidc_audience"):
            raise ValueError("must differ from the audience: ID tokens are for the client, access tokens are not")
        return client

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

    @property
    def access_log_key(self) -> SecretBytes:
        """Chains the entries of the access log."""
        return self._derived("access-log")

    @property
    def session_key(self) -> SecretBytes:
        """Seals the sessions of pages."""
        return self._derived("sessions")

    @property
    def reader_key(self) -> SecretBytes:
        """Signs who reads a page, for other services."""
        return self._derived("readers")

    def _derived(self, name: str) -> SecretBytes:
        return SecretBytes(self.master_keys.derive(name, DERIVED[name]))

    @property
    def attachment_bytes(self) -> Mapping[FileKind, int]:
        """Most bytes of a file, by its kind."""
        return {kind: getattr(self, f"attachment_{kind}_bytes") for kind in FileKind}

    def views_of(self, service: str) -> str:
        """URL of one service's read models."""
        return self.views_url.format(service=service, schema=service.replace("-", "_"))


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
        found = [(_variable(each["loc"]), each["msg"].removeprefix("Value error, ")) for each in error.errors()]
        why = "; ".join(variable + message for variable, message in found)
        raise BadSetting(why) from error


def redacted(settings: Settings) -> dict[str, str]:
    """Each setting for the log: URLs without passwords, secrets by file name."""
    return {name: _PASSWORD.sub(r"\1***@", str(value)) for name, value in settings}


def _variable(loc: tuple[int | str, ...]) -> str:
    return f"{PREFIX}{str(loc[0]).upper()}: " if loc else ""


def _in_database(url: object) -> dict[str, object]:
    if not isinstance(url, str) or not url:
        return {}
    separator = "&" if "?" in url else "?"
    return {name: f"{url}{separator}options=-csearch_path%3D{schema}" for name, schema in _SCHEMAS.items()}


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def is_safe_url(url: str) -> bool:
    """Whether secrets and keys may be exchanged with this address: https, or http on this machine; no credentials in
    it, and no fragment.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not url.isascii() or not url.isprintable() or " " in url or "@" in parts.netloc or "#" in url or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def _is_here(addresses: str) -> bool:
    return all(is_loopback(address.strip().rpartition(":")[0].strip("[]")) for address in addresses.split(","))


def _password(path: Path, user: str) -> str:
    return _read(path, f"the password of the Kafka user {user}")


def _read(path: Path, what: str) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError as error:
        raise NoState(
            f"there is no {path} with {what}: change to the folder of the platform's state, or set {PREFIX}STATE_DIR"
        ) from error
    except (OSError, ValueError) as error:
        raise BadSetting(f"{path} with {what} cannot be read: {error}") from error


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
