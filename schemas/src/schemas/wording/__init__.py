"""Every fact, refusal, status, holder and date as one plain sentence, in Indonesian (`id`) and English (`en`)."""

from schemas.wording.dates import CLOCKS, day, explain, moment
from schemas.wording.facts import sentence
from schemas.wording.fields import as_sentence, found, why
from schemas.wording.http import problem, title
from schemas.wording.names import agency, channel, holder, rung_name, status
from schemas.wording.refusals import refusal

__all__ = [
    "CLOCKS",
    "agency",
    "as_sentence",
    "channel",
    "day",
    "explain",
    "found",
    "holder",
    "moment",
    "problem",
    "refusal",
    "rung_name",
    "sentence",
    "status",
    "title",
    "why",
]
