"""`satupintu token`: an access token of the demo provider, for curl and for trying an agency's own system."""

import base64
import secrets
from hashlib import sha256
from typing import Annotated, Final
from urllib.parse import parse_qs, urlsplit

import httpx2
import typer

from chassis.base.settings import BadSetting, Settings, read_settings
from chassis.signin.addresses import CALLBACK
from local.errors import CannotRun
from local.issuer import state
from local.issuer.people import PEOPLE, is_system, person_of
from local.paths import demo_issuer

LIMIT_S: Final = 10.0
app: Final = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def token(
    who: Annotated[str, typer.Argument(help="a demo person or a role, such as dewi, triage, officer:pln, agency:pln")],
    *,
    credentials: Annotated[bool, typer.Option(help="print a system's client id and secret instead")] = False,
) -> None:
    """Print an access token of the demo provider, which must run (`make run`). It is valid for an hour."""
    try:
        settings = read_settings()
        print("\n".join(credentials_for(settings, who)) if credentials else token_for(settings, who))
    except (BadSetting, CannotRun, OSError, ValueError) as error:
        typer.echo(f"no token: {error}", err=True)
        raise typer.Exit(1) from error


def credentials_for(settings: Settings, who: str) -> list[str]:
    """What a system is told to get its tokens by itself. Raises CannotRun, OSError or ValueError."""
    _check(settings)
    if not is_system(who):
        raise CannotRun(f"{who} is no system such as agency:pln or gateway:wa")
    secret = state.read(settings.state_dir, settings.oidc_client_secret_file).secret_of(who)
    at = _issuer(settings)
    return [f"token endpoint: {at}/token", f"client id: {who}", f"client secret: {secret}"]


def token_for(settings: Settings, who: str) -> str:
    """An access token, got as pages and systems get theirs. Raises CannotRun, OSError or ValueError."""
    _check(settings)
    kept = state.read(settings.state_dir, settings.oidc_client_secret_file)
    try:
        with httpx2.Client(base_url=_issuer(settings), timeout=LIMIT_S, trust_env=False) as web:
            if is_system(who):
                return _exchanged(web, (who, kept.secret_of(who)), grant_type="client_credentials")
            if person_of(who) is None:
                known = ", ".join(person.id for person in PEOPLE)
                raise CannotRun(f"{who} is neither a role such as officer:pln nor one of {known}")
            return _of_person(web, settings, kept.secret, who)
    except httpx2.HTTPError as error:
        raise CannotRun(f"the demo provider at {_issuer(settings)} does not answer: is `make run` running?") from error


def _check(settings: Settings) -> None:
    if settings.production:
        raise CannotRun("there are no demo people in production: ask your provider for a token")
    if settings.oidc_issuer not in (None, _issuer(settings)):
        raise CannotRun(f"tokens come from {settings.oidc_issuer}: ask it for one")


def _issuer(settings: Settings) -> str:
    return demo_issuer(settings.demo_issuer_port)


def _of_person(web: httpx2.Client, settings: Settings, secret: str, who: str) -> str:
    verifier, returns = secrets.token_urlsafe(32), f"http://127.0.0.1:{settings.port}{CALLBACK}"
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    request = {
        "client_id": settings.oidc_client_id, "redirect_uri": returns, "response_type": "code", "scope": "openid roles",
        "code_challenge": challenge, "code_challenge_method": "S256", "person": who,
    }  # fmt: skip
    answer = web.post("/authorize", data=request)
    code = parse_qs(urlsplit(answer.headers.get("location", "")).query).get("code")
    if code is None:
        raise CannotRun("the demo provider belongs to another front door: set SATUPINTU_PORT to that one's port")
    given = {"code": code[0], "redirect_uri": returns, "code_verifier": verifier}
    return _exchanged(web, (settings.oidc_client_id, secret), grant_type="authorization_code", **given)


def _exchanged(web: httpx2.Client, client: tuple[str, str], **fields: str) -> str:
    id_, secret = client
    answer = web.post("/token", data={**fields, "client_id": id_, "client_secret": secret})
    if answer.status_code != httpx2.codes.OK:
        raise CannotRun("the demo provider knows another secret: use the SATUPINTU_STATE_DIR that it was started with")
    return str(answer.json()["access_token"])
