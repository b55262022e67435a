"""The filing form: of POST /api/v1/complaints, and of messages in the topics of channel gateways."""

from typing import Annotated, Final, Literal, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonDict

from schemas.base.limits import ADDRESS, CHANNEL, CLIENT, CONTACT, NAME, TITLE
from schemas.base.values import ComplaintClass, Day
from schemas.contract.base import BodyText, InboundModel, Visible
from schemas.contract.written import WHOLE, InstantGiven, Number, Region, SpaceAround, Truth

ChannelName = Annotated[
    str, StringConstraints(pattern=rf"^[a-z][a-z0-9-]{{0,{CHANNEL - 1}}}$", max_length=CHANNEL), SpaceAround()
]

Address = Annotated[str, Visible(ADDRESS)]
Title = Annotated[str, Visible(TITLE)]
Addressee = Annotated[str, Visible(NAME)]
ClientText = Annotated[str, Visible(CLIENT)]
_BOTH: Final[JsonDict] = {
    "type": "object",
    "properties": {"lat": {"type": "number"}, "lon": {"type": "number"}},
    "required": ["lat", "lon"],
}
_NEITHER: Final[JsonDict] = {"type": "object", "properties": {"lat": {"type": "null"}, "lon": {"type": "null"}}}


class PlaceGiven(InboundModel):
    """Where it happened, as far as the reporter knows. Coordinates in WGS 84 degrees, both or neither."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [_BOTH, _NEITHER]})

    region: Region | None = None
    lat: Number | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    lon: Number | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    address: Address | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon belong together")
        return self


def _as_written(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
        value = str(int(value))  # 8.0 is an integer in JSON Schema
    if not isinstance(value, str):
        return value
    return "".join(each if each.isprintable() else " " for each in value)[:CONTACT].strip() or None


Contact = Annotated[
    str | None,
    BeforeValidator(_as_written),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": r"^[^\x00]*$"}, {"type": "integer"}, {"type": "null"}],
            "default": None,
        }
    ),
]
"""As people write it: any text or number, of which `limits.CONTACT` characters are kept; an empty one is absent.

A side matter never costs the complaint: whether a contact can be used is found when it is.
"""


class Reporter(InboundModel):
    """The reporter, as far as they wish to say. Stored in the vault, never in an event."""

    name: Contact = None
    email: Contact = None
    phone: Contact = None


class Complaining(InboundModel):
    """The filing form. Only `text` is required."""

    class_: ComplaintClass | None = Field(default=None, alias="class")
    text: BodyText
    title: Title | None = None
    place: PlaceGiven | None = None
    occurred_on: Day | None = None
    anonymous: Truth = False
    secret: Truth = False
    reporter: Reporter | None = None
    addressed_to: Addressee | None = None
    channel: ChannelName | None = None
    language: Literal["id", "en"] = "id"
    public_position: Literal["rounded", "none"] | None = None
    """Makes the position that the public sees coarser: to about 500 m, or none. Without it the policy decides."""


class SmsPart(InboundModel):
    """One part of a long SMS, as the network cut it. `part` is at most `total`."""

    reference: Annotated[str, Visible(CHANNEL)]
    """The sender's reference, equal in all parts of one message."""
    part: Annotated[int, Field(ge=1, le=255), WHOLE]
    total: Annotated[int, Field(ge=1, le=255), WHOLE]
    """1: the message has one part only, and is filed at once."""

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.part > self.total:
            raise ValueError("part must be at most total")
        return self


class Submission(Complaining):
    """One complaint from a channel gateway, which its topic names. `key` makes it safe to send it again."""

    client: ClientText | None = None
    """Not needed: the topic names the gateway. Another than the gateway's id is refused."""
    key: ClientText
    """The gateway's own id of this message, equal each time it is sent."""
    channel: ChannelName
    sms_part: SmsPart | None = None
    """Only of a long SMS that the gateway passes on part by part, in any order, each under its own `key`. The parts of
    one gateway, sender (`reporter.phone`), reference and total are filed as one complaint, which is the result of each
    key; after 24 hours what came is filed, and the text says which parts are missing.
    """
    received_at: InstantGiven | None = None
    """When the citizen's message reached the gateway: the start of the citizen's clock."""


SUBMISSION: Final = "complaint.submitted"
"""Its `ce_type`."""
