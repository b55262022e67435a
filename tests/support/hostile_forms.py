"""Sends every form of a page with what an attacker would write into it, or with fields that the page never made."""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import httpx
from selectolax.lexbor import LexborHTMLParser, LexborNode

from support.hostile import hostile

KEPT = ("csrf", "kunci", "key")
"""Hidden fields without which a form is refused before its texts are looked at."""


class Form(NamedTuple):
    """A form as a browser reads it: where it is sent, and its fields with their present values and names of files."""

    action: str
    method: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()


def forms(html: str, path: str) -> Iterator[Form]:
    """The forms of the page at `path`, but the one that signs out."""
    for node in LexborHTMLParser(html).css("form"):
        action = node.attributes.get("action") or path
        if action.startswith("/keluar"):
            continue
        fields = tuple(_fields(node))
        files = tuple(str(each.attributes.get("name")) for each in node.css("input[type=file]"))
        for button in node.css("button[name]") or [None]:
            pressed = () if button is None else ((_name(button), button.attributes.get("value") or ""),)
            to = (button.attributes.get("formaction") if button is not None else None) or action
            yield Form(to, (node.attributes.get("method") or "get").lower(), (*fields, *pressed), files)


def _fields(form: LexborNode) -> Iterator[tuple[str, str]]:
    for node in form.css("input[name], select[name], textarea[name]"):
        if node.attributes.get("type") not in ("submit", "image", "file", "radio", "checkbox"):
            yield _name(node), node.attributes.get("value") or node.text().strip()
    for node in form.css("input[type=radio][name], input[type=checkbox][name]"):
        yield _name(node), node.attributes.get("value") or "1"


def _name(node: LexborNode) -> str:
    return str(node.attributes.get("name"))


async def attack(web: httpx.AsyncClient, form: Form, random: Random) -> tuple[httpx.Response, int]:
    """Send it with hostile values; the answer, and how many of them there were."""
    values, sent, count = hostile(random, 10_000 if random.random() < 0.05 else 300), [], 0
    for name, value in form.fields:
        attacked = random.random() < (0.05 if name in KEPT else 0.7)
        sent.append((name, next(values) if attacked else value))
        count += attacked
    if random.random() < 0.3:  # a field that the page never made, or one of its own twice
        sent.append(
            (random.choice([name for name, _ in form.fields] + ["__proto__", "status", "agency"]), next(values))
        )
        count += 1
    data: dict[str, list[str]] = {}
    for name, value in sent:
        data.setdefault(name, []).append(value)
    if form.method == "get":
        return await web.get(form.action.partition("?")[0], params=data, auth=None), count
    files = {name: (next(values)[:80] or "x", b"<svg onload=hacked()>", "image/svg+xml") for name in form.files}
    return await web.post(form.action, data=data, files=files or None, auth=None), count + len(files)
