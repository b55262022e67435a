"""Every metric of our processes, with how to read it. Ids and texts are never labels."""

from typing import Final

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

RELAY_LEADING: Final = Gauge(
    "satupintu_relay_leading",
    "1 in the relay that publishes. The sum over all relays is 1, but for the seconds of a hand-over.",
)
RELAY_PUBLISHED: Final = Counter(
    "satupintu_relay_published", "Events committed to Kafka. Flat while complaints are filed: the relay is stuck."
)
RELAY_POSITION: Final = Gauge(
    "satupintu_relay_position",
    "The store's position up to which Kafka has everything. Never falls, but for a wiped topic.",
)
RELAY_WAITING: Final = Gauge(
    "satupintu_relay_waiting_events",
    "Events read from the store and not yet in Kafka. Near 4,000 for long: Kafka is slow.",
)
RELAY_SECONDS: Final = Histogram(
    "satupintu_relay_transaction_seconds",
    "Time of one transaction. Above 12 s it is fenced.",
    buckets=SECONDS,
)

TOKENS_REFUSED: Final = Counter("satupintu_tokens_refused", "Access tokens that were not accepted.", ["why"])

AGENT_HANDLED: Final = Counter("satupintu_agent_handled", "Messages handled or set aside by a reaction.", ["road"])
AGENT_BEHIND: Final = Gauge(
    "satupintu_agent_behind_messages",
    "Messages between what is handled and the end of the topic. Up to 50 a partition are transaction markers.",
    ["road"],
)
AGENT_SECONDS: Final = Histogram(
    "satupintu_agent_batch_seconds", "Time of one batch of a reaction, retries included.", ["road"], buckets=SECONDS
)
DEAD_LETTERS: Final = Counter(
    "satupintu_dead_letters",
    "Messages set aside for a person. Any growth is worth a look: `satupintu dead-letters`.",
    ["service"],
)

REFUSED_REPLIES: Final = Counter(
    "satupintu_refused_replies",
    "Replies of agencies that were refused. Each is listed; `told`: in the agency's topic alone, or as a number.",
    ["told"],
)

FAILED_CODES: Final = Counter(
    "satupintu_failed_codes", "Attempts with a tracking code that does not exist or is mistyped. No code is told."
)
FAILED_CODES_ALARM: Final = Gauge(
    "satupintu_failed_codes_alarm",
    "1 while such attempts in all are above SATUPINTU_FAILED_CODES_ALARM_PER_MINUTE: somebody may be guessing.",
)
RATE_REFUSED: Final = Counter("satupintu_rate_refused", "Requests answered with 429.")

FOREIGN_RECORDS: Final = Counter(
    "satupintu_foreign_records",
    "Records on our own topics that are no event of the store. Somebody else writes there: `satupintu audit --kafka`.",
    ["reader"],
)

APPEND_CONFLICTS: Final = Counter(
    "satupintu_append_conflicts",
    "Appends that met another writer's event, and were decided again. Harmless; many: two processes do the same work.",
    ["writer"],
)
DEADLINES_MISSED: Final = Counter(
    "satupintu_deadlines_missed", "Dates that passed and were recorded as missed, by kind of date.", ["clock"]
)
BOOKS_BALANCED: Final = Gauge(
    "satupintu_books_balanced",
    "1 if every complaint filed is counted once, 0 if not: `satupintu audit` names the streams.",
)
BOOKS_FILED: Final = Gauge("satupintu_books_filed", "Complaints filed, as the books count them.")
BOOKS_OPEN: Final = Gauge(
    "satupintu_books_open", "Open complaints, by who holds them: router, desk, arbiter or agencies.", ["holder"]
)

VIEW_POSITION: Final = Gauge(
    "satupintu_view_position",
    "The store's position a read model has reached. Compare with satupintu_relay_position.",
    ["view"],
)
SWEEP_HANDLED: Final = Counter("satupintu_sweep_handled", "Complaints a sweep found due.", ["service"])
SWEEP_OVERDUE: Final = Gauge(
    "satupintu_sweep_overdue_seconds",
    "Age of the oldest work that is due and not done. Above a minute: look for `sweep failed` in the log.",
    ["service"],
)
NOTICES_WAITING: Final = Gauge(
    "satupintu_notices_waiting", "Notices to reporters that the mail server has not taken yet."
)
NOTICES_OLDEST: Final = Gauge(
    "satupintu_notices_oldest_seconds",
    "Age of the oldest of them. Above some minutes: the mail server is down or refuses us.",
)
NOTICES_UNDELIVERABLE: Final = Counter(
    "satupintu_notices_undeliverable", "Notices given up, since the mail server refuses their address or content."
)
BOUNCES: Final = Gauge(
    "satupintu_bounces",
    "Mails that `satupintu bounces` read since the installation began. Many `refused`: mail servers block ours; many "
    "`unknown`: forged, or of an older database.",
    ["outcome"],
)
FILES_WAITING: Final = Gauge(
    "satupintu_files_waiting",
    "Reporters' files that nobody but perhaps the reporter opens yet. `new`: not scanned and cleaned. `unscanned`: "
    "checked before SATUPINTU_CLAMAV was set, not scanned since; it falls to 0 by itself.",
    ["which"],
)
FILES_OLDEST: Final = Gauge(
    "satupintu_files_oldest_seconds",
    "Age of the oldest new file that waits. Above some minutes: the scanner is away; the log says `files wait`.",
)
DATA_REQUESTS: Final = Gauge(
    "satupintu_data_requests",
    "Reporters' requests for a copy (`access`) or the `erasure` of their data that are not done. Any `overdue`: see "
    "`satupintu data-requests --overdue`.",
    ["kind", "standing"],
)
SHADOW_CHOICES: Final = Counter(
    "satupintu_shadow_choices",
    "Choices that a shadow model made once more, by whether it agreed. `satupintu shadow` says where it did not.",
    ["model", "agrees"],
)


async def response() -> Response:
    """All metrics in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
