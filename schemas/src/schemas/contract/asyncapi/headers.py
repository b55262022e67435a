"""The headers of the messages: CloudEvents 1.0 in binary mode (Kafka protocol binding, section 3.2), as JSON Schema."""

from typing import Any, Final

from schemas.base.limits import CLIENT

_ID: Final = "0f5f1d3e-3d53-5c5e-9c5b-6f3f0c1d2a4b"
_COMPLAINT: Final = "77a33dd7-5345-531d-b45c-3b6a5bd74527"
Headers = dict[str, dict[str, Any]]


def _text(description: str, example: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more, "examples": [example]}


_COMMON: Final[Headers] = {
    "ce_specversion": {"type": "string", "const": "1.0"},
    "content-type": {"type": "string", "const": "application/json"},
}
_SEQUENCE: Final = _text(
    "Version of the complaint that the message reports. Ignore a message with a smaller one than you have seen.",
    "11",
    pattern="^[0-9]+$",
)
TO_AGENCY: Final[Headers] = {
    **_COMMON,
    "ce_source": {"type": "string", "const": "/satupintu/agency-inbox"},
    "ce_id": _text("Id of this news: the same when the message is sent again.", _ID, format="uuid"),
    "ce_time": _text("When it happened (RFC 3339).", "2026-03-02T02:31:00+00:00", format="date-time"),
    "ce_subject": _text("The complaint's id.", _COMPLAINT, format="uuid"),
    "ce_sequence": _SEQUENCE,
}
REFUSAL: Final[Headers] = {
    **_COMMON,
    "ce_source": {"type": "string", "const": "/satupintu/agency-inbox"},
    "ce_id": _text("Id of this refusal: the same when the message is sent again.", _ID, format="uuid"),
    "ce_time": _text("When the refused reply was written (RFC 3339).", "2026-03-02T02:31:00+00:00", format="date-time"),
    "ce_subject": _text("Topic, partition and offset of the refused reply.", "agency.kota-bandung.replies/0/17"),
}
OPEN_DATA: Final[Headers] = {
    **_COMMON,
    "ce_source": {"type": "string", "const": "/satupintu/reporting"},
    "ce_id": _text("Public number and version.", "SP-2026-004213-8/7"),
    "ce_subject": _text("The public number.", "SP-2026-004213-8"),
    "ce_sequence": _SEQUENCE,
}
EVENT: Final[Headers] = {
    **_COMMON,
    "ce_source": {"type": "string", "const": "/satupintu/store"},
    "ce_id": _text("The event's id: the same when the event is published again.", _ID, format="uuid"),
    "ce_time": _text("When the event was stored (RFC 3339).", "2026-01-02T01:00:00+00:00", format="date-time"),
    "ce_sequence": _text("Version of the registry after this event.", "0", pattern="^[0-9]+$"),
    "ce_position": _text("Position in the store; only grows.", "17", pattern="^[0-9]+$"),
    "ce_stream": {"type": "string", "const": "registry"},
    "ce_metadata": _text("What is stored beside the event, as JSON (jsonschema/events/metadata.json).", "{}"),
}
SIGNATURE: Final[Headers] = {
    "ce_signature": _text(
        "Signature of the platform's relay, for the platform's own services: 32 hexadecimal digits. Others ignore it.",
        "9b3c0f5d7a1e4c2b8d6f0a9e3c5b7d1f",
        pattern="^[0-9a-f]{32}$",
    )
}
TRACE: Final[Headers] = {
    "traceparent": _text(
        "Where the message stands in the platform's traces (W3C Trace Context), if its operator records them. A system "
        "of yours that makes OpenTelemetry spans may continue it. Others ignore it.",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        pattern="^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
    )
}
SUBMISSION_ID: Final[Headers] = {"ce_id": _text("The sender's own id of this record. Not read.", _ID)}
FROM_SENDER: Final[Headers] = {
    "ce_specversion": {"type": "string", "const": "1.0"},
    "ce_source": _text("The sender's own name. Not read.", "/kota-bandung/helpdesk"),
    "content-type": {"type": "string", "const": "application/json"},
}
REPLY_ID: Final[Headers] = {
    "ce_id": _text(
        "The sender's own id of this reply. Send the same id when you send the reply again: it is carried out once. "
        "One UUID is one id, however it is spelled. Without it the place in the topic is the id, and a reply that is "
        "sent twice is carried out twice.",
        _ID,
        maxLength=CLIENT,
    ),
}


def of_type(type_: str, always: Headers, sometimes: Headers | None = None, *, required: bool = True) -> dict[str, Any]:
    """The headers of messages of that `ce_type`. `sometimes`: those that may be missing; so may `ce_type` where it is
    not `required`.
    """
    ce_type: Headers = {"ce_type": {"type": "string", "const": type_}}
    needed = ["ce_type", *always] if required else list(always)
    return {
        "type": "object",
        "properties": {**ce_type, **always, **(sometimes or {})},
        **({"required": needed} if needed else {}),
    }


def example(schema: dict[str, Any]) -> dict[str, str]:
    """Headers that fit."""
    return {name: each.get("const") or each["examples"][0] for name, each in schema["properties"].items()}
