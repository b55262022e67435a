"""Every fact, refusal, status, holder and date as one plain sentence, in Indonesian (`id`) and English (`en`)."""

from schemas.sentences_dates import CLOCKS, day, explain, moment
from schemas.sentences_facts import sentence
from schemas.sentences_fields import found
from schemas.sentences_http import problem
from schemas.sentences_names import agency, channel, holder, rung_name, status
from schemas.sentences_refusals import refusal

__all__ = [
    "CLOCKS",
    "agency",
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
]
