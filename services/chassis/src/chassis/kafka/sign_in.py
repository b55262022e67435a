"""Signing in to Kafka: the options of each client library, and why a broker refused.

The libraries hide a refused sign-in: aiokafka reports that it cannot connect, kafka-python and Faust wait. So what
cannot connect asks once more, by `refusal`, and says the reason by name.
"""

import asyncio
import ssl
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError, SaslAuthenticationFailed

from chassis.base.cluster import Cluster
from chassis.base.errors import KafkaDenied

ASK_S: Final = 5.0


def options(cluster: Cluster) -> dict[str, Any]:
    """The keyword arguments of aiokafka's and kafka-python's clients."""
    return {"bootstrap_servers": cluster.address, **security(cluster)}


def security(cluster: Cluster) -> dict[str, Any]:
    """The keyword arguments for encryption and sign-in alone; none for a broker that knows no users."""
    if not cluster.user:
        return {}
    return {
        "security_protocol": "SASL_SSL" if cluster.tls else "SASL_PLAINTEXT",
        "sasl_mechanism": cluster.mechanism,
        "sasl_plain_username": cluster.user,
        "sasl_plain_password": cluster.password,
        **({"ssl_context": _trusting(cluster.ca_file)} if cluster.tls else {}),
    }


def faust_credentials(cluster: Cluster) -> Any:
    """The setting `broker_credentials` of a Faust app; None: without a user."""
    from faust.auth import SASLCredentials

    if not cluster.user:
        return None
    context = _trusting(cluster.ca_file) if cluster.tls else None
    return SASLCredentials(
        username=cluster.user, password=cluster.password, mechanism=cluster.mechanism, ssl_context=context
    )


async def refusal(cluster: Cluster) -> KafkaDenied | None:
    """Ask the first broker that answers whether it accepts the user and the password; the error to raise if not.

    None: it does, or no broker answers.
    """
    for address in cluster.address.split(",") if cluster.user else ():
        host, _, port = address.strip().rpartition(":")
        try:
            async with asyncio.timeout(ASK_S):
                (await create_conn(host, int(port), **security(cluster))).close()
        except SaslAuthenticationFailed:
            return wrong_password(cluster)
        except ssl.SSLCertVerificationError as error:
            trusted = cluster.ca_file or "this system's authorities"
            return KafkaDenied(
                f"the certificate of Kafka at {address} is not trusted by {trusted}: {error.verify_message}"
            )
        except (KafkaError, OSError, TimeoutError):
            continue
        return None
    return None


def wrong_password(cluster: Cluster) -> KafkaDenied:
    """The error for a user whom the broker does not know, or who has another password there."""
    return KafkaDenied(
        f"Kafka at {cluster.address} does not accept the user {cluster.user} with its password: "
        "the user was ended, or has another password there"
    )


@lru_cache
def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)
