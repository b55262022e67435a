"""Reads requests of OAuth 2.0: parameters, the authorization request, and which client calls."""

import hmac
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote_plus

from local.issuer.people import is_system
from local.issuer.state import IssuerState

CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
MOST_FIELDS: Final = 40


class Fault(Exception):
    """An error of RFC 6749, section 4.1.2.1 or 5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


class Clients(NamedTuple):
    """`pages`: the id of the client with the pages; `returns` and `after`: its addresses after sign-in and sign-out."""

    state: IssuerState
    pages: str
    returns: frozenset[str]
    after: frozenset[str]

    def authenticated(self, authorization: str | None, fields: Mapping[str, str]) -> str:
        """The id of the client that calls, by HTTP Basic or fields of the form. Raises Fault."""
        id_, secret = _basic(authorization) if authorization else (fields.get("client_id"), fields.get("client_secret"))
        if not id_ or not (id_ == self.pages or is_system(id_)):
            raise Fault("invalid_client", "unknown client", 401)
        expected = self.state.secret if id_ == self.pages else self.state.secret_of(id_)
        if not hmac.compare_digest((secret or "").encode(), expected.encode()):
            raise Fault("invalid_client", "wrong secret", 401)
        return id_


def parameters(text: str) -> dict[str, str]:
    """Decoded parameters. Raises Fault: one is repeated (RFC 6749, section 3.1)."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, strict_parsing=bool(text))
    except ValueError as error:
        raise Fault("invalid_request", "the parameters cannot be read") from error
    return _once(pairs)


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise Fault("invalid_request", "a parameter is repeated")
        found[name] = value
    return {name: value for name, value in found.items() if value}


def check_returnable(clients: Clients, fields: Mapping[str, str]) -> str:
    """The address that the answer goes to: exactly one of those that are registered. Raises Fault otherwise: then the
    error must not be sent there (RFC 9700, section 4.1).
    """
    if fields.get("client_id") != clients.pages:
        raise Fault("invalid_request", "unknown client_id")
    address = fields.get("redirect_uri", "")
    if address not in clients.returns:
        raise Fault("invalid_request", "redirect_uri is not registered")
    return address


def check_authorization(fields: Mapping[str, str]) -> None:
    """Raises Fault: not a request for a code with PKCE S256 (RFC 7636) and the scope `openid`."""
    if "request" in fields or "request_uri" in fields:
        raise Fault("request_not_supported", "request objects are not supported")
    if fields.get("response_type") != "code":
        raise Fault("unsupported_response_type", "response_type must be code")
    if fields.get("response_mode", "query") != "query":
        raise Fault("invalid_request", "response_mode must be query")
    if "openid" not in fields.get("scope", "").split():
        raise Fault("invalid_scope", "scope must contain openid")
    challenge = fields.get("code_challenge", "")
    if fields.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge):
        raise Fault("invalid_request", "PKCE with code_challenge_method S256 is required")
    if fields.get("prompt") == "none":
        raise Fault("login_required", "somebody must be chosen")


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, given = authorization.partition(" ")
    try:
        text = b64decode(given.strip(), validate=True).decode()
    except ValueError as error:
        raise Fault("invalid_client", "HTTP Basic cannot be read", 401) from error
    id_, colon, secret = text.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise Fault("invalid_client", "HTTP Basic is needed", 401)
    return unquote_plus(id_), unquote_plus(secret)  # RFC 6749, section 2.3.1
