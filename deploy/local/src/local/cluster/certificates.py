"""An authority of the cluster's own, and the certificates that it issues to brokers, database and proxy."""

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID: Final = dt.timedelta(days=825)
"""The longest that Apple's systems accept of a private authority (support.apple.com/103769)."""
AUTHORITY: Final = "Satupintu's own authority"
_PEM: Final = serialization.Encoding.PEM


class Pair(NamedTuple):
    """Private key (PKCS #8) and certificate, in PEM."""

    key: bytes
    certificate: bytes


def new_authority(now: dt.datetime) -> Pair:
    """An authority that may sign certificates of servers and no other authorities."""
    key, name = _new_key(), _named(AUTHORITY)
    rights = x509.BasicConstraints(ca=True, path_length=0)
    return _pair(key, _builder(name, name, key.public_key(), now).add_extension(rights, critical=True), key)


def issue(authority: Pair, hosts: Sequence[str], now: dt.datetime) -> Pair:
    """A certificate for a server of these names, of which the first is its subject."""
    signer = serialization.load_pem_private_key(authority.key, None)
    issuer = x509.load_pem_x509_certificate(authority.certificate).subject
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is not one of an elliptic curve")
    key = _new_key()
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    builder = _builder(_named(hosts[0]), issuer, key.public_key(), now).add_extension(names, critical=False)
    return _pair(key, builder, signer)


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: dt.datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
    # An hour before: the clocks of two machines differ.
    return builder.not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + VALID)


def _pair(
    key: ec.EllipticCurvePrivateKey, builder: x509.CertificateBuilder, signer: ec.EllipticCurvePrivateKey
) -> Pair:
    private = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Pair(private, builder.sign(signer, hashes.SHA256()).public_bytes(_PEM))
