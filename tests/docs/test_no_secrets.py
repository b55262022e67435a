"""No secret is committed: no private key, token or password of a service in any file of the repository."""

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SECRETS: Final = {
    "a private key": rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{32,}",
    "a private JSON Web Key": rb'"kty"\s*:\s*"[A-Za-z]+"[^{}]*"d"\s*:\s*"[A-Za-z0-9_-]{20,}"'
    rb'|"d"\s*:\s*"[A-Za-z0-9_-]{20,}"[^{}]*"kty"\s*:',
    "a JSON Web Token": rb"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
    "a cloud key": rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of a code forge or registry": rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,}|glpat-[\w-]{20}"
    rb"|npm_[A-Za-z0-9]{36}|pypi-AgE[\w-]{50,})\b",
    "a token of a chat": rb"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "a secret in hex, as our own files have them": rb"(?m)^[0-9a-f]{64}\s*$",
}
NAMES: Final = re.compile(
    r"(?:^|/)(?:id_(?:rsa|ecdsa|ed25519)|.*\.(?:p12|pfx|jks|keystore|key|secret)|\.env|\.npmrc|\.pypirc)$"
)


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in listed.split(b"\0") if name]


def found_in(content: bytes) -> list[str]:
    return [what for what, pattern in SECRETS.items() if re.search(pattern, content)]


def test_no_file_holds_a_secret() -> None:
    held = {str(path.relative_to(ROOT)): found_in(path.read_bytes()) for path in committed() if path.is_file()}
    assert len(held) > 500
    assert {name: found for name, found in held.items() if found} == {}


def test_no_file_has_the_name_of_a_secret() -> None:
    assert [str(path) for path in committed() if NAMES.search(str(path.relative_to(ROOT)))] == []


@pytest.mark.parametrize(
    "content",
    [
        b"-----BEGIN " + b"PRIVATE KEY-----\n" + b"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n",
        b"-----BEGIN RSA " + b"PRIVATE KEY-----\n" + b"MIIEpAIBAAKCAQEAx4UbaDzY5xjW6hc9jwN0mX33XpTDVW\n",
        b'{"kty":"EC","crv":"P-256","x":"a","y":"b",' + b'"d":"' + b"k" * 43 + b'"}',
        b"eyJ" + b"h" * 20 + b".eyJ" + b"s" * 20 + b"." + b"x" * 43,
        b"AKIA" + b"Z" * 16,
        b"ghp_" + b"a" * 36,
        b"0123456789abcdef" * 4 + b"\n",
    ],
)
def test_the_check_sees_each_kind(content: bytes) -> None:
    assert found_in(b"before\n" + content) != []
