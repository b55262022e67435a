"""A sample agency system that reads its own Kafka topic: prints each message, and acknowledges it with --acknowledge.
A reply that was refused is printed too, as `reply.refused` with its place, a code and the reason.

    satupintu agency credentials kota-bandung     # by the platform's operator; shows user and password once
    export KAFKA_USER=agency.kota-bandung KAFKA_PASSWORD=...
    python deploy/examples/agency_client.py kota-bandung
    python deploy/examples/agency_client.py kota-bandung --acknowledge

Needs kafka-python only. Messages are CloudEvents in binary mode: `ce_*` headers, and a JSON body with the complete
current state of the complaint for this agency, so an older message can be ignored; or a code and a reason.
"""

import argparse
import json
import os
import socket
import sys
import uuid
from typing import Any

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, TopicAuthorizationFailedError


def main() -> None:
    arguments = _arguments()
    signed_in = _signed_in(arguments)
    _check(signed_in, f"agency.{arguments.agency}.inbox")
    consumer = KafkaConsumer(
        f"agency.{arguments.agency}.inbox",
        **signed_in,
        group_id=f"agency.{arguments.agency}.{arguments.group}",
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        consumer_timeout_ms=int(arguments.seconds * 1000) if arguments.seconds else float("inf"),
    )
    producer = KafkaProducer(**signed_in, acks="all") if arguments.acknowledge else None
    for record in consumer:
        headers = {name: value.decode() for name, value in record.headers}
        body = json.loads(record.value)
        about = {"type": headers["ce_type"], "id": headers["ce_id"], "about": headers["ce_subject"]}
        print(json.dumps({**about, **body}, ensure_ascii=False), flush=True)
        if producer and headers["ce_type"] == "complaint.assigned":
            _acknowledge(producer, arguments.agency, headers)


def _signed_in(arguments: argparse.Namespace) -> dict[str, Any]:
    """The password comes from the environment: on a command line every user of the machine could read it."""
    if arguments.no_sign_in:
        return {"bootstrap_servers": arguments.kafka}
    return {
        "bootstrap_servers": arguments.kafka,
        "security_protocol": "SASL_SSL" if arguments.tls else "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": os.environ.get("KAFKA_USER", f"agency.{arguments.agency}"),
        "sasl_plain_password": os.environ.get("KAFKA_PASSWORD", ""),
        **({"ssl_cafile": arguments.ca} if arguments.ca else {}),
    }


def _check(signed_in: dict[str, Any], topic: str) -> None:
    """Say by name what is wrong: a KafkaConsumer would wait for ever and look as if there were no messages."""
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


def _acknowledge(producer: KafkaProducer, agency: str, headers: dict[str, str]) -> None:
    # The reply id is derived from the message id, so that a message read twice is acknowledged once.
    reply_id = str(uuid.uuid5(uuid.UUID(headers["ce_id"]), "acknowledged"))
    producer.send(
        f"agency.{agency}.replies",
        json.dumps({"complaint": headers["ce_subject"]}).encode(),
        key=headers["ce_subject"].encode(),
        headers=[
            ("ce_specversion", b"1.0"),
            ("ce_id", reply_id.encode()),
            ("ce_source", f"/agencies/{agency}".encode()),
            ("ce_type", b"complaint.acknowledged"),
            ("content-type", b"application/json"),
        ],
    ).get(timeout=10)
    print(f"acknowledged {headers['ce_subject']}", file=sys.stderr)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("agency", help="its id in the registry, such as kota-bandung")
    parser.add_argument("--kafka", default="127.0.0.1:9092")
    parser.add_argument("--no-sign-in", action="store_true", help="for a broker that knows no users")
    parser.add_argument("--tls", action="store_true", help="for a broker on another machine")
    parser.add_argument("--ca", help="PEM file with the authority of its certificate, unless public")
    parser.add_argument("--group", default="demo", help="last part of the consumer group")
    parser.add_argument("--acknowledge", action="store_true", help="answer every new complaint on the replies topic")
    parser.add_argument("--seconds", type=float, default=0.0, help="stop after this long without a message")
    return parser.parse_args()


if __name__ == "__main__":
    main()
