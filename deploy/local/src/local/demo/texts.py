"""The complaints of the demonstration: made-up texts combined with places."""

import tomllib
from importlib import resources
from typing import Any, Final

DATA: Final = "data/demo.toml"


def complaints() -> list[dict[str, Any]]:
    """A few hundred request bodies: every clear text in every place, and some unclear ones for the triage desk."""
    data = tomllib.loads(resources.files("local").joinpath(DATA).read_text(encoding="utf-8"))
    texts: dict[str, list[str]] = data["texts"]
    unclear = [{"text": text, "channel": "demo"} for text in texts.pop("unclear")]
    clear = [
        _body(class_, text, place, spot)
        for class_, sentences in texts.items()
        for index, text in enumerate(sentences)
        for place in data["places"]
        for spot in [place["spots"][index % len(place["spots"])]]
    ]
    return [*clear, *unclear]


def _body(class_: str, text: str, place: dict[str, Any], spot: str) -> dict[str, Any]:
    where = f"{spot}, {place['name']}"
    return {
        "class": class_,
        "text": text.format(place=where),
        "place": {"region": place["region"], "address": where},
        "channel": "demo",
    }
