"""The AsyncAPI document says what the code does: topics, keys, headers, periods, examples, and where refusals are."""

import json
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import yaml
from fastapi import FastAPI
from jsonschema import Draft202012Validator, FormatChecker

from agency_inbox.agency_topics import AgencyTopics, periods
from agency_inbox.postbox import OutgoingMessage, RefusalNotice
from agency_inbox.replies import parsed
from chassis.base.message import Header, Message
from chassis.kafka.cloudevents import to_headers
from chassis.kafka.signature import Signer
from intake.app import topics_of
from local.front import SERVICES
from reporting.summaries import headers_of
from schemas.base.envelope import RecordedEvent
from schemas.base.topics import FIXED, Topic
from schemas.complaint.state import AgencyUpdate
from schemas.contract import (
    CASES,
    CODES,
    CONTRACT,
    REFUSED_REPLY,
    REPLIES,
    RETRACTED,
    SUBMISSION,
    SUMMARY,
    ReplyRefused,
    Submission,
)
from schemas.contract.asyncapi import document
from schemas.contract.generate import ROOT
from schemas.events import REGISTRY_EVENTS
from schemas.reference.load import policies
from support.golden import read

PUBLISHED: dict[str, Any] = yaml.safe_load((ROOT / "asyncapi.yaml").read_text())
MESSAGES: dict[str, dict[str, Any]] = PUBLISHED["components"]["messages"]
NEWEST = policies().versions[-1]
COMPLAINT = UUID("77a33dd7-5345-531d-b45c-3b6a5bd74527")


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=FormatChecker())


def payload_schema(type_: str) -> dict[str, Any]:
    return read(ROOT / MESSAGES[type_]["payload"]["$ref"])


def texts(headers: list[Header]) -> dict[str, str]:
    return {name: (value or b"").decode() for name, value in headers}


async def topics_of_an_agency() -> dict[str, Topic]:
    made: dict[str, Topic] = {}

    class Cluster:
        async def cluster_id(self) -> str:
            return "one"

        async def topic_ids_under(self, prefix: str) -> dict[str, UUID]:
            return {}

        async def ensure(self, topics: list[Topic]) -> dict[str, UUID]:
            made.update({topic.name.replace("kota-bandung", "{agency}"): topic for topic in topics})
            return {topic.name: COMPLAINT for topic in topics}

    await AgencyTopics(Cluster(), lambda: periods(NEWEST)).inboxes(["kota-bandung"])  # type: ignore[arg-type]
    return made


async def test_every_topic_is_described_as_it_is_created() -> None:
    of_agency = await topics_of_an_agency()
    intake = SimpleNamespace(policies=policies(), clock=SimpleNamespace(now=lambda: datetime(2030, 1, 1, tzinfo=UTC)))
    created = {
        **FIXED,
        **of_agency,
        "submissions.{gateway}": topics_of(intake, ["submissions.sms"])[0],  # type: ignore[arg-type]
    }
    assert {channel["address"] for channel in PUBLISHED["channels"].values()} == {
        "submissions.{gateway}", "complaint-summary", "registry-events", *of_agency,
    }  # fmt: skip
    for channel in PUBLISHED["channels"].values():
        binding, topic = channel["bindings"]["kafka"], created[channel["address"]]
        told = {**binding["topicConfiguration"]}
        told["cleanup.policy"] = ",".join(told["cleanup.policy"])
        assert binding["partitions"] == topic.partitions
        assert {name: str(value) for name, value in told.items()} == topic.configs()
        assert [*channel.get("parameters", {})] == re.findall(r"{(.+?)}", channel["address"])
        assert channel["servers"] == [{"$ref": "#/servers/kafka"}]


def test_every_type_is_in_its_channel_and_every_operation_is_the_outsiders() -> None:
    types = {name: set(channel["messages"]) for name, channel in PUBLISHED["channels"].items()}
    assert types == {
        "agencyInbox": {*CASES, REFUSED_REPLY},
        "agencyReplies": set(REPLIES),
        "submissions": {SUBMISSION},
        "complaintSummary": {SUMMARY, RETRACTED},
        "registryEvents": set(REGISTRY_EVENTS),
    }
    actions = {name: operation["action"] for name, operation in PUBLISHED["operations"].items()}
    assert {name for name, action in actions.items() if action == "send"} == {"agencyReplies", "submissions"}
    for name, operation in PUBLISHED["operations"].items():
        assert {each["$ref"].rpartition("/")[2] for each in operation["messages"]} == types[name]


@pytest.mark.parametrize("type_", MESSAGES)
def test_every_example_fits_its_schema_and_its_headers(type_: str) -> None:
    message = MESSAGES[type_]
    assert message["examples"]
    for example in message["examples"]:
        validator(payload_schema(type_)).validate(example["payload"])
        validator(message["headers"]).validate(example["headers"])
        if type_ in CONTRACT:
            CONTRACT[type_].model_validate(example["payload"])


@pytest.mark.parametrize("type_", REPLIES)
def test_an_agency_can_send_the_example_as_it_stands(type_: str) -> None:
    for example in MESSAGES[type_]["examples"]:
        headers = [(name, text.encode()) for name, text in example["headers"].items()]
        message = Message("agency.kota-bandung.replies", 0, 0, None, json.dumps(example["payload"]).encode(), headers)
        assert str(parsed(message).complaint) == example["payload"]["complaint"]


def test_a_submission_has_its_own_key_as_the_records_key() -> None:
    for example in MESSAGES[SUBMISSION]["examples"]:
        key = Submission.model_validate(example["payload"]).key
        validator(MESSAGES[SUBMISSION]["bindings"]["kafka"]["key"]).validate(key)
    assert "`key`" in MESSAGES[SUBMISSION]["bindings"]["kafka"]["key"]["description"]


@pytest.mark.parametrize("kind", [type_.removeprefix("complaint.") for type_ in CASES])
def test_what_an_agency_gets_has_the_headers_that_are_published(kind: str) -> None:
    news = AgencyUpdate(kind, COMPLAINT, 11)
    sent = texts(OutgoingMessage("kota-bandung", COMPLAINT, news, datetime(2026, 3, 2, tzinfo=UTC), b"{}").headers())
    schema = MESSAGES[f"complaint.{kind}"]["headers"]
    validator(schema).validate(sent)
    assert set(sent) == set(schema["properties"]) - {"traceparent"} == set(schema["required"])


def test_the_notice_of_a_refused_reply_has_the_headers_that_are_published() -> None:
    place, body = "agency.kota-bandung.replies/0/17", ReplyRefused(code="not-found", reason="Tidak ditemukan.")
    notice = RefusalNotice("kota-bandung", COMPLAINT, place, datetime(2026, 3, 2, tzinfo=UTC), body)
    sent, message = texts(notice.headers()), MESSAGES[REFUSED_REPLY]
    validator(message["headers"]).validate(sent)
    assert set(sent) == set(message["headers"]["properties"]) == set(message["headers"]["required"])
    validator(payload_schema(REFUSED_REPLY)).validate(body.model_dump(mode="json", exclude_none=True))
    assert "partition" in message["bindings"]["kafka"]["key"]["description"]


def test_every_code_of_a_refused_reply_is_told() -> None:
    told = PUBLISHED["operations"]["agencyInbox"]["description"]
    assert [code for code in CODES if f"`{code}`: " not in told] == []


@pytest.mark.parametrize("type_", sorted(REGISTRY_EVENTS))
@pytest.mark.parametrize("signer", [None, Signer(bytes(32), COMPLAINT)])
def test_an_event_of_the_register_has_the_headers_that_are_published(type_: str, signer: Signer | None) -> None:
    traced = b'{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}' if signer else b"{}"
    event = RecordedEvent(COMPLAINT, type_, b"{}", traced, "registry", 3, 17, datetime(2026, 3, 2, tzinfo=UTC))
    sent, schema = texts(to_headers(event, signer)), MESSAGES[type_]["headers"]
    validator(schema).validate(sent)
    assert set(sent) == (set(schema["properties"]) if signer else set(schema["required"]))


@pytest.mark.parametrize("type_", [SUMMARY, RETRACTED])
def test_a_line_of_open_data_has_the_headers_and_the_key_that_are_published(type_: str) -> None:
    line: Any = CONTRACT[type_].model_validate(MESSAGES[type_]["examples"][0]["payload"])
    sent, schema = texts(headers_of(line)), MESSAGES[type_]["headers"]
    validator(schema).validate(sent)
    assert set(sent) == set(schema["properties"]) == set(schema["required"])
    validator(MESSAGES[type_]["bindings"]["kafka"]["key"]).validate(line.public_number)


def test_another_policy_changes_what_is_told_of_retention() -> None:
    other = NEWEST._replace(submissions_d=7, inbox_d=90, superseded_d=2, replies_d=8, dead_letters_d=9)
    examples = {type_: [{}] for type_ in MESSAGES}
    told = document(other, examples)
    channels, operations = told["channels"], told["operations"]
    day_ms = timedelta(days=1) // timedelta(milliseconds=1)
    assert "7 days" in channels["submissions"]["description"]
    assert "90 days" in channels["agencyInbox"]["description"]
    assert "2 days" in channels["agencyInbox"]["description"]
    assert "8 days" in channels["agencyReplies"]["description"]
    assert "9 days" in operations["submissions"]["description"]
    assert channels["submissions"]["bindings"]["kafka"]["topicConfiguration"]["retention.ms"] == 7 * day_ms
    assert channels["agencyInbox"]["bindings"]["kafka"]["topicConfiguration"]["max.compaction.lag.ms"] == 2 * day_ms


def test_what_becomes_of_a_refused_message_can_be_looked_up_where_the_document_says() -> None:
    app = FastAPI()
    for service in SERVICES:
        service.add_routes(app)
    paths = app.openapi()["paths"]
    for operation, path in (
        ("submissions", "/api/v1/submissions/{client}/{key}"),
        ("agencyReplies", "/api/v1/agencies/{agency}/replies/refused"),
    ):
        assert f"GET {path}`" in PUBLISHED["operations"][operation]["description"]
        assert "get" in paths[path]


def test_the_server_is_kafka_at_an_address_that_the_operator_names() -> None:
    [server] = PUBLISHED["servers"].values()
    assert server["protocol"] == "kafka"
    assert {*server["variables"]} == {"host", "port"}
    assert server["host"] == "{host}:{port}"
