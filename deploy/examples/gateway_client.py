"""A sample channel gateway: sends one citizen's message on its own Kafka topic and waits for the result.

    satupintu gateway credentials sms             # by the platform's operator; shows user and password once
    export KAFKA_USER=gateway.sms KAFKA_PASSWORD=...
    export GATEWAY_TOKEN=$(satupintu token gateway:sms)   # with make run; else from the OpenID Connect provider
    python deploy/examples/gateway_client.py sms --key 1708-000123 "Lampu jalan padam di depan pasar."

Needs kafka-python only. Prints the result as JSON: public number and tracking code, or why it was refused. Exit code: 0
filed, 3 refused, 4 no result within the time.
"""

import argparse
import json
import os
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, TopicAuthorizationFailedError

NOT_YET = 202
REFUSED = 422


def main() -> None:
    arguments = _arguments()
    signed_in = _signed_in(arguments)
    topic = f"submissions.{arguments.gateway}"
    _check(signed_in, topic)
    _send(signed_in, topic, arguments)
    if not arguments.door:
        return
    status, body = _result(arguments)
    print(json.dumps(body, ensure_ascii=False))
    sys.exit({200: 0, REFUSED: 3}.get(status, 4))


def _send(signed_in: dict[str, Any], topic: str, arguments: argparse.Namespace) -> None:
    message: dict[str, Any] = {"key": arguments.key, "channel": arguments.channel, "text": arguments.text}
    if arguments.phone:
        message["reporter"] = {"phone": arguments.phone}
    producer = KafkaProducer(**signed_in, acks="all")
    producer.send(
        topic,
        json.dumps(message).encode(),
        key=arguments.key.encode(),
        headers=[
            ("ce_specversion", b"1.0"),
            ("ce_id", arguments.key.encode()),
            ("ce_source", f"/gateways/{arguments.gateway}".encode()),
            ("ce_type", b"complaint.submitted"),
            ("content-type", b"application/json"),
        ],
    ).get(timeout=10)
    producer.close()
    print(f"sent {arguments.key} on {topic}", file=sys.stderr)


def _result(arguments: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Status and body: 200 filed, 422 refused, 202 not read yet."""
    path = f"/api/v1/submissions/{arguments.gateway}/{urllib.parse.quote(arguments.key, safe='')}"
    headers = {"Authorization": f"Bearer {os.environ.get('GATEWAY_TOKEN', '')}"}
    end = time.monotonic() + arguments.seconds
    while True:
        request = urllib.request.Request(arguments.door + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status, body = answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            status, body = error.code, json.loads(error.read() or b"{}")
            if status != REFUSED:
                whose = f"is GATEWAY_TOKEN a token of gateway:{arguments.gateway}?"
                sys.exit(f"{arguments.door} answers {status} {body.get('code', '')}: {whose}")
        if status != NOT_YET or time.monotonic() > end:
            return status, body
        time.sleep(0.5)


def _signed_in(arguments: argparse.Namespace) -> dict[str, Any]:
    """The password comes from the environment: on a command line every user of the machine could read it."""
    if arguments.no_sign_in:
        return {"bootstrap_servers": arguments.kafka}
    return {
        "bootstrap_servers": arguments.kafka,
        "security_protocol": "SASL_SSL" if arguments.tls else "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": os.environ.get("KAFKA_USER", f"gateway.{arguments.gateway}"),
        "sasl_plain_password": os.environ.get("KAFKA_PASSWORD", ""),
        **({"ssl_cafile": arguments.ca} if arguments.ca else {}),
    }


def _check(signed_in: dict[str, Any], topic: str) -> None:
    """Say by name what is wrong: a KafkaProducer would only time out."""
    user, servers = signed_in.get("sasl_plain_username", "(none)"), signed_in["bootstrap_servers"]
    try:
        admin = KafkaAdminClient(**signed_in, bootstrap_timeout_ms=10_000)
        described = admin.describe_topics([topic])[0]
        admin.close()
    except KafkaError as error:
        if _answers(servers):  # the library reports a refused sign-in as a time-out
            sys.exit(f"{servers} does not accept the user {user} with this password ({type(error).__name__})")
        sys.exit(f"{servers} cannot be reached: {error}")
    if described["error_code"] == TopicAuthorizationFailedError.errno:
        sys.exit(f"the user {user} has no right to the topic {topic}")
    if described["error_code"]:
        sys.exit(f"there is no topic {topic} (error {described['error_code']})")


def _answers(servers: str) -> bool:
    host, _, port = servers.split(",", 1)[0].rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return False
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gateway", help="its id, such as sms")
    parser.add_argument("text", help="the citizen's words")
    parser.add_argument("--key", required=True, help="the gateway's own id of this message, equal each time it is sent")
    parser.add_argument("--channel", default="sms")
    parser.add_argument("--phone", help="the citizen's number")
    parser.add_argument("--kafka", default="127.0.0.1:9092")
    parser.add_argument("--door", default="http://127.0.0.1:8000", help="where results are read; empty: send only")
    parser.add_argument("--no-sign-in", action="store_true", help="for a broker that knows no users")
    parser.add_argument("--tls", action="store_true", help="for a broker on another machine")
    parser.add_argument("--ca", help="PEM file with the authority of its certificate, unless public")
    parser.add_argument("--seconds", type=float, default=60.0, help="wait for the result at most this long")
    return parser.parse_args()


if __name__ == "__main__":
    main()
