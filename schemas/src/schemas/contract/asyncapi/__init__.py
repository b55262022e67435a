"""The AsyncAPI 3.0 document: what outsiders read from and write to Kafka."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from schemas.base.topics import Topic
from schemas.contract import CONTRACT
from schemas.contract.asyncapi.channels import CHANNELS, Channel
from schemas.contract.asyncapi.headers import example
from schemas.deadlines.policies import Policy

BINDING: Final = "0.5.0"
ABOUT: Final = (
    "Topics for agencies' own systems, channel gateways and readers of open data. Operations are those of such an "
    "outsider: `send` is what you write, `receive` what you read.\n\n"
    "Messages are CloudEvents 1.0 in binary mode: headers `ce_*`, and a JSON body. Messages to you may get new fields "
    "and new types: ignore what you do not know. In messages from you an unknown field is refused, so that no "
    "misspelling is lost.\n\n"
    "Delivery is at least once in both directions: a message may come again, always with the same `ce_id`.\n\n"
    "The platform creates the topics and sets what they keep. The periods are those of policy {policy}, in force "
    "from {since}; a new policy changes the existing topics too, when it comes into force."
)
SERVER: Final[dict[str, Any]] = {
    "host": "{host}:{port}",
    "protocol": "kafka",
    "description": "The Kafka cluster of the installation. Its operator names the address and makes the credentials. "
    "From another machine it is reached over TLS only (SASL_SSL).",
    "security": [
        {
            "type": "scramSha512",
            "description": "User and password: `satupintu agency credentials ID` and `gateway credentials ID`.",
        }
    ],
    "variables": {
        "host": {"default": "127.0.0.1", "description": "Name or address of a broker."},
        "port": {"default": "9092", "description": "Port of the broker."},
    },
}
_PARAMETERS: Final[dict[str, Any]] = {
    "agency": {
        "description": "The agency's id in the register: 2 to 63 lower-case letters, digits and hyphens.",
        "examples": ["kota-bandung", "kementerian-pu"],
    },
    "gateway": {
        "description": "The gateway's id, as its operator names it: 2 to 63 lower-case letters, digits and hyphens.",
        "examples": ["sms", "whatsapp"],
    },
}
Examples = Mapping[str, Sequence[Any]]
"""Bodies of published examples, by type."""


def document(policy: Policy, examples: Examples) -> dict[str, Any]:
    """The whole document, as data. `policy`: its periods are told. Every type of message needs an example."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Satupintu",
            "version": "1.0.0",
            "description": ABOUT.format(policy=policy.id, since=policy.effective_at.isoformat()),
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": SERVER},
        "channels": {name: _channel(channel, policy) for name, channel in CHANNELS.items()},
        "operations": {name: _operation(name, channel, policy) for name, channel in CHANNELS.items()},
        "components": {
            "messages": {
                type_: _message(type_, channel, examples[type_])
                for channel in CHANNELS.values()
                for type_ in channel.types
            }
        },
    }


def _channel(channel: Channel, policy: Policy) -> dict[str, Any]:
    topic = channel.topic(policy)
    return {
        "address": topic.name,
        "title": channel.title,
        "description": channel.described(policy),
        "servers": [{"$ref": "#/servers/kafka"}],
        **({"parameters": found} if (found := _parameters(topic.name)) else {}),
        "messages": {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in channel.types},
        "bindings": {"kafka": _binding(topic)},
    }


def _parameters(address: str) -> dict[str, Any]:
    return {name: about for name, about in _PARAMETERS.items() if f"{{{name}}}" in address}


def _binding(topic: Topic) -> dict[str, Any]:
    configs: dict[str, Any] = {
        name: int(text) if text.lstrip("-").isdigit() else text for name, text in topic.configs().items()
    }
    configs["cleanup.policy"] = configs["cleanup.policy"].split(",")
    return {"partitions": topic.partitions, "topicConfiguration": configs, "bindingVersion": BINDING}


def _operation(name: str, channel: Channel, policy: Policy) -> dict[str, Any]:
    return {
        "action": channel.action,
        "channel": {"$ref": f"#/channels/{name}"},
        "title": channel.title,
        "description": channel.operation.format_map(policy._asdict()),
        "messages": [{"$ref": f"#/channels/{name}/messages/{type_}"} for type_ in channel.types],
    }


def _message(type_: str, channel: Channel, examples: Sequence[Any]) -> dict[str, Any]:
    outward = type_ in CONTRACT
    path = f"./jsonschema/outward/{type_}.json" if outward else f"./jsonschema/events/{type_}.v1.json"
    headers = channel.headers(type_)
    rule = channel.keys.get(type_, channel.key)
    key = {"key": dict(rule)} if rule else {}
    return {
        "name": type_,
        "contentType": "application/json",
        "headers": headers,
        "payload": {"$ref": path},
        "bindings": {"kafka": {**key, "bindingVersion": BINDING}},
        "examples": [{"headers": example(headers), "payload": body} for body in examples],
    }
