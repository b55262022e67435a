"""The topics that outsiders read or write: what is in them, under which key, for how long, and what is refused."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple

from schemas.base import topics
from schemas.base.limits import CLIENT
from schemas.base.topics import FIXED, Topic
from schemas.contract import CASES, CODES, REFUSED_REPLY, REPLIES, RETRACTED, SUBMISSION, SUMMARY
from schemas.contract.asyncapi import headers
from schemas.deadlines.policies import Policy
from schemas.events import REGISTRY_EVENTS

DAY_MS: Final = 24 * 3_600_000
AGENCY: Final = "{agency}"
GATEWAY: Final = "{gateway}"


class Channel(NamedTuple):
    """One topic. `action`: what an outsider does with it. `key`: the rule of the record key, as a schema; None: records
    have no key. `retention` names the policy's numbers as `{inbox_d}`. `headers`: of a type of message. `keys`: the
    rules of types that have another one.
    """

    action: Literal["send", "receive"]
    topic: Callable[[Policy], Topic]
    types: tuple[str, ...]
    title: str
    about: str
    operation: str
    retention: str
    key: Mapping[str, Any] | None
    headers: Callable[[str], dict[str, Any]]
    keys: Mapping[str, Mapping[str, Any]] = {}

    def described(self, policy: Policy) -> str:
        """What is in it, under which key, and for how long."""
        return f"{self.about}\n\nRetention: {self.retention.format_map(policy._asdict())}"


_COMPLAINT_KEY: Final = {"type": "string", "format": "uuid", "description": "The complaint's id, `ce_subject`."}
CHANNELS: Final[Mapping[str, Channel]] = {
    "agencyInbox": Channel(
        "receive",
        lambda policy: topics.inbox_topic(AGENCY, policy.inbox_d * DAY_MS, policy.superseded_d * DAY_MS),
        (*sorted(CASES), REFUSED_REPLY),
        "Complaints of one agency",
        "Every message `complaint.*` is the whole present state of one complaint for this agency, so the newest "
        "message of a key is enough. Key: the complaint's id. Delivered at least once and in order for each complaint; "
        "a message that is sent again has the same `ce_id`, and an older one has a smaller `ce_sequence`: ignore "
        "both.\n\n"
        f"`{REFUSED_REPLY}` says that a reply of this agency changed nothing. Key: the place of the reply, as topic, "
        "partition and offset. A message that is sent again is the same.",
        "Read the agency's complaints. After `complaint.unassigned` the agency no longer holds the complaint. After "
        "`complaint.erased` delete every text of this complaint that you keep; this message has no text, and it may "
        "come again with the same `ce_id`.\n\n"
        f"Codes of `{REFUSED_REPLY}`: {'; '.join(f'`{code}`: {means}' for code, means in CODES.items())}. New codes "
        "may come. At most 100 refused replies are told one by one within a minute; the others are told together as "
        "`more-refused`, once there is room. A topic that was made anew tells of later refusals only.",
        "Compacted and limited: {inbox_d} days (`inbox_d`); an older message of a complaint is removed about "
        "{superseded_d} days (`superseded_d`) after a newer one. Read the topic from its start to get every complaint "
        "that is still kept.",
        _COMPLAINT_KEY,
        lambda type_: (
            headers.of_type(type_, headers.TO_AGENCY, headers.TRACE)
            if type_ in CASES
            else headers.of_type(type_, headers.REFUSAL)
        ),
        {
            REFUSED_REPLY: {
                "type": "string",
                "description": "The place of the reply: topic/partition/offset, `ce_subject`.",
            }
        },
    ),
    "agencyReplies": Channel(
        "send",
        lambda policy: topics.replies_topic(AGENCY, policy.replies_d * DAY_MS),
        tuple(sorted(REPLIES)),
        "Replies of one agency's system",
        "The topic says which agency replies; the message does not. Key: the complaint's id, so that replies about one "
        "complaint stay in order; it is not checked. Each reply is carried out once for each `ce_id`.",
        "Acknowledge, return, report progress, ask the reporter, or answer. Refusals: a reply of an unknown `ce_type`, "
        "with a wrong or unknown field, or that a rule does not allow (another agency holds the complaint, it is "
        "closed, the reporter added a detail after `seen_version`) changes nothing and does not stop the replies "
        "behind it. `reply.refused` in the agency's inbox tells its place, a code and the reason. "
        "`GET /api/v1/agencies/{{agency}}/replies/refused` lists it with its `ce_id`, its place in the "
        "topic, a code and the reason, which repeats none of its content. A copy is kept in "
        "`dead-letter.agency-inbox` for "
        "{dead_letters_d} days (`dead_letters_d`). Mend it and send it with a new `ce_id`.",
        "Limited: {replies_d} days (`replies_d`).",
        {**_COMPLAINT_KEY, "description": "The complaint's id."},
        lambda type_: headers.of_type(type_, {}, {**headers.REPLY_ID, **headers.FROM_SENDER}),
    ),
    "submissions": Channel(
        "send",
        lambda policy: topics.submissions_topic(topics.gateway_submissions(GATEWAY), policy.submissions_d * DAY_MS),
        (SUBMISSION,),
        "Complaints from one channel gateway",
        "The topic says which gateway sends; the message does not. Key: the submission's `key`; it spreads the "
        "messages over the partitions. `key` in the body names the submission: the same again from this gateway, "
        "also over HTTP as the `Idempotency-Key`, files nothing more. One UUID is one `key`, however it is "
        "spelled. `ce_id` is not read.",
        "File a complaint for a citizen. Look the result up with the gateway's access token at `GET "
        "/api/v1/submissions/{{client}}/{{key}}` (`client`: the gateway's id): 202 not read yet, or waiting for "
        "the other parts of an SMS; 200 filed, with number and tracking code (with the header "
        "`Idempotent-Replayed` if the complaint was there before the message); 422 refused, as problem+json with "
        "`code`, `detail` and the `field`. Refusals: a wrong or unknown field, `client` with another gateway's id, "
        "a field name that occurs twice, or a text with a NUL or a broken character. A refused submission files "
        "nothing and does not stop those behind it. A copy is kept in `dead-letter.intake` for {dead_letters_d} "
        "days (`dead_letters_d`). Mend it and send it again under the same `key`. A message whose `key` cannot be "
        "read is answered under the record's key; without that either, only the copy is kept.",
        "Limited: {submissions_d} days (`submissions_d`).",
        {"type": "string", "maxLength": CLIENT, "description": "The submission's `key`."},
        lambda type_: headers.of_type(type_, {}, {**headers.SUBMISSION_ID, **headers.FROM_SENDER}, required=False),
    ),
    "complaintSummary": Channel(
        "receive",
        lambda _: FIXED[topics.COMPLAINT_SUMMARY],
        (SUMMARY, RETRACTED),
        "Open data",
        "One line for each change of a public complaint, without personal data; it has days, not times. Key: the "
        "public number. The line with the greatest `version` of a public number is valid. Delivered at least once; a "
        "line that is sent again has the same `ce_id`.",
        "Read open data. A retraction withdraws every line of a report that is no longer public: delete them.",
        "Unlimited.",
        {"type": "string", "description": "The public number, `ce_subject`.", "examples": ["SP-2026-004213-8"]},
        lambda type_: headers.of_type(type_, headers.OPEN_DATA),
    ),
    "registryEvents": Channel(
        "receive",
        lambda _: FIXED[topics.REGISTRY_EVENTS],
        tuple(sorted(REGISTRY_EVENTS)),
        "Register of agencies",
        "Which agencies exist, their mandates and calendars, as events. Records have no key: the topic has one "
        "partition, in the order of `ce_sequence`. Delivered at least once; an event that is published again has the "
        "same `ce_id` and `ce_sequence`.",
        "Read the register from the start of the topic. Read committed records only (`isolation.level`).",
        "Unlimited.",
        None,
        lambda type_: headers.of_type(type_, headers.EVENT, headers.SIGNATURE | headers.TRACE),
    ),
}
"""By the channel's name."""
