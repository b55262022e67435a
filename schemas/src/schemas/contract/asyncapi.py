"""The AsyncAPI 3.0 document: which topics outsiders may read and write, and the message types."""

from typing import Any, Final

from schemas.contract import CASES, CONTRACT, REPLIES, RETRACTED, SUBMISSION, SUMMARY
from schemas.events import REGISTRY_EVENTS


def _agency() -> dict[str, Any]:
    return {"agency": {"description": "The agency's id, such as kota-bandung."}}


_CHANNELS: Final[dict[str, dict[str, Any]]] = {
    "agencyInbox": {
        "address": "agency.{agency}.inbox",
        "description": "Its complaints. One message is the whole present state; read committed; key: complaint id.",
        "parameters": _agency(),
        "types": sorted(CASES),
        "action": "receive",
    },
    "agencyReplies": {
        "address": "agency.{agency}.replies",
        "description": "The agency's replies. Each message needs a ce_id that is the same when sent again.",
        "parameters": _agency(),
        "types": sorted(REPLIES),
        "action": "send",
    },
    "submissions": {
        "address": "submissions",
        "description": "Complaints from channel gateways. Key: the gateway's id.",
        "types": [SUBMISSION],
        "action": "send",
    },
    "complaintSummary": {
        "address": "complaint-summary",
        "description": "Open data: the newest line of a public number is valid. Key: public number. A retraction "
        "withdraws the lines of a report that is no longer public.",
        "types": [SUMMARY, RETRACTED],
        "action": "receive",
    },
    "registryEvents": {
        "address": "registry-events",
        "description": "Which agencies exist and their mandates, as events in order.",
        "types": sorted(REGISTRY_EVENTS),
        "action": "receive",
    },
}


def document() -> dict[str, Any]:
    """The whole document, as data."""
    types = [type_ for channel in _CHANNELS.values() for type_ in channel["types"]]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Satupintu",
            "version": "1.0.0",
            "description": "Topics for agencies' own systems, channel gateways and open data. CloudEvents 1.0 in "
            "binary mode: headers ce_id, ce_type, ce_source, ce_subject, ce_sequence and ce_time (open data "
            "has only days); the body is JSON.",
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(channel) for name, channel in _CHANNELS.items()},
        "operations": {name: _operation(name, channel) for name, channel in _CHANNELS.items()},
        "components": {"messages": {type_: _message(type_) for type_ in types}},
    }


def _channel(channel: dict[str, Any]) -> dict[str, Any]:
    described = {key: value for key, value in channel.items() if key in ("address", "description", "parameters")}
    return {**described, "messages": {t: {"$ref": f"#/components/messages/{t}"} for t in channel["types"]}}


def _operation(name: str, channel: dict[str, Any]) -> dict[str, Any]:
    return {"action": channel["action"], "channel": {"$ref": f"#/channels/{name}"}}


def _message(type_: str) -> dict[str, Any]:
    outward = type_ in CONTRACT
    path = f"./jsonschema/outward/{type_}.json" if outward else f"./jsonschema/events/{type_}.v1.json"
    return {"name": type_, "payload": {"$ref": path}}
