"""What the demo provider keeps in the state folder: its signing keys and its clients' secrets, for their owner only."""

import hmac
import json
import secrets
from pathlib import Path
from typing import Final, NamedTuple

from joserfc.jwk import KeySet, RSAKey

KEYS: Final = "demo-issuer.keys.json"
ALGORITHM: Final = "RS256"
SECRET_BYTES: Final = 32


class IssuerState(NamedTuple):
    """`keys`: the first one signs, all are published. `secret`: of the client of the pages."""

    keys: KeySet
    secret: str

    def secret_of(self, client: str) -> str:
        """The secret of a system's client, such as `agency:pln`."""
        return hmac.digest(self.secret.encode(), f"demo-client:{client}".encode(), "sha256").hex()


def keys_file(state: Path) -> Path:
    """A JWK set with private keys."""
    return state / "secrets" / KEYS


def make(state: Path, secret_file: Path) -> None:
    """Create the keys and the secret unless they exist."""
    path = keys_file(state)
    if not path.exists():
        key = RSAKey.generate_key(2048, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        _write(path, json.dumps(KeySet([key]).as_dict(private=True)))
    if not secret_file.exists():
        _write(secret_file, secrets.token_hex(SECRET_BYTES) + "\n")


def read(state: Path, secret_file: Path) -> IssuerState:
    """Raises OSError or ValueError: they cannot be read."""
    keys = KeySet.import_key_set(json.loads(keys_file(state).read_text()))
    return IssuerState(keys, secret_file.read_text().strip())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    unfinished.replace(path)
