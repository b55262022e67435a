"""One complaint's trace, from the request that filed it to the record in the agency's topic, over real processes."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from schemas.base.topics import COMPLAINT_EVENTS, FIXED
from support.broker import committed
from support.door import Door, at_door, mail, told_of, until
from support.otlp import Receiver, attributes, receiving
from support.platform import QUICK, Running, running

pytestmark = [pytest.mark.journey, pytest.mark.broker]

CITY, PARTITIONS = "kota-bandung", FIXED[COMPLAINT_EVENTS].partitions
SAMPLED = 0x01  # W3C Trace Context, section 3.2.2.5; 0x02 says that the trace's number is random
STEPS = {
    "POST /api/v1/complaints", "append ComplaintFiled", "publish ComplaintFiled",
    "react router", "append ComplaintClassified", "publish ComplaintRouted",
    "deliver complaint.assigned", "react agency-inbox", "append ComplaintDelivered",
}  # fmt: skip


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture(scope="module")
def traced_platform(
    receiver: Receiver, kafka_jars: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    on = {
        "SATUPINTU_TRACES": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }
    with running(tmp_path_factory.mktemp("traced"), kafka_jars, {**QUICK, **on}) as started:
        yield started


@pytest.fixture
async def traced_door(traced_platform: Running) -> AsyncIterator[Door]:
    async with at_door(traced_platform.address) as found:
        yield found


async def test_one_trace_leads_from_the_request_to_the_agencys_topic(
    receiver: Receiver, traced_platform: Running, traced_door: Door
) -> None:
    kafka = traced_platform.kafka.cluster
    filed = await traced_door.file("Lampu jalan padam semua sejak Senin, gelap gulita.")
    code, complaint = filed["tracking_code"], filed["id"]
    await traced_door.reaches(code, "routed", CITY)
    await told_of(kafka, CITY, complaint, "complaint.assigned")
    [record] = [each for each in await mail(kafka, CITY) if each.key == complaint.encode()]
    _, trace_id, span_id, flags = dict(record.headers)["traceparent"].decode().split("-")

    async def told() -> bool:
        return {span.name for _, span in receiver.of_trace(trace_id)} >= STEPS

    async def instead() -> list[str]:
        return [f"{process}: {span.name}" for process, span in receiver.of_trace(trace_id)]

    await until(told, "every step", instead)
    found = {span.name: (process, span) for process, span in receiver.of_trace(trace_id)}
    assert int(flags, 16) & SAMPLED
    assert found["deliver complaint.assigned"][1].span_id.hex() == span_id
    assert {process for process, _ in found.values()} >= {"local front", "chassis.cli.relay", "router", "agency_inbox"}
    request = found["POST /api/v1/complaints"][1]
    assert (request.parent_span_id, attributes(request)["http.response.status_code"]) == (b"", 201)
    for name, parent in (
        ("append ComplaintFiled", "POST /api/v1/complaints"),
        ("publish ComplaintFiled", "POST /api/v1/complaints"),
        ("react router", "POST /api/v1/complaints"),
        ("append ComplaintClassified", "react router"),
        ("publish ComplaintRouted", "react router"),
        ("deliver complaint.assigned", "react router"),
        ("append ComplaintDelivered", "react agency-inbox"),
    ):
        own = {span.parent_span_id for _, span in receiver.of_trace(trace_id) if span.name == name}
        assert own <= {span.span_id for _, span in receiver.of_trace(trace_id) if span.name == parent}, name
    published = await committed(kafka, COMPLAINT_EVENTS, PARTITIONS)
    events = [each for each in published if each.key == complaint.encode()]
    assert {dict(each.headers)["traceparent"].decode().split("-")[1] for each in events} == {trace_id}
    assert not [body for body in receiver.bodies if code.encode() in body]
