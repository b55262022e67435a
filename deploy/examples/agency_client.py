"""A sample agency system that reads its own Kafka topic: prints each message, and acknowledges it with --acknowledge.

    python deploy/examples/agency_client.py kota-bandung
    python deploy/examples/agency_client.py kota-bandung --acknowledge

Needs kafka-python only. Messages are CloudEvents in binary mode: `ce_*` headers, and a JSON body with the complete
current state of the complaint for this agency, so an older message can be ignored.
"""

import argparse
import json
import sys
import uuid

from kafka import KafkaConsumer, KafkaProducer


def main() -> None:
    arguments = _arguments()
    consumer = KafkaConsumer(
        f"agency.{arguments.agency}.inbox",
        bootstrap_servers=arguments.kafka,
        group_id=f"agency.{arguments.agency}.{arguments.group}",
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        consumer_timeout_ms=int(arguments.seconds * 1000) if arguments.seconds else float("inf"),
    )
    producer = KafkaProducer(bootstrap_servers=arguments.kafka, acks="all") if arguments.acknowledge else None
    for record in consumer:
        headers = {name: value.decode() for name, value in record.headers}
        body = json.loads(record.value)
        print(json.dumps({"type": headers["ce_type"], "id": headers["ce_id"], **body}, ensure_ascii=False), flush=True)
        if producer and headers["ce_type"] == "complaint.assigned":
            _acknowledge(producer, arguments.agency, headers)


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
    parser.add_argument("--group", default="demo", help="last part of the consumer group")
    parser.add_argument("--acknowledge", action="store_true", help="answer every new complaint on the replies topic")
    parser.add_argument("--seconds", type=float, default=0.0, help="stop after this long without a message")
    return parser.parse_args()


if __name__ == "__main__":
    main()
