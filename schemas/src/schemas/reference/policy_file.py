"""The policy file: its fields, and checks that name what is wrong before the policy can take effect."""

from collections.abc import Callable, Mapping, Sequence
from datetime import time
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, from_json

from schemas.base.values import Clock, HolderKind
from schemas.deadlines.policies import Origin, Policies, Policy, Rule, Rung, Sureness
from schemas.wording.fields import by_field

FIRSTS: Final[Mapping[Clock, str]] = {
    Clock.PLACE: "filed_or_given_back",
    Clock.FORWARD: "filed_or_given_back",
    Clock.TRIAGE: "referred",
    Clock.ACKNOWLEDGE: "routed",
    Clock.SETTLE: "received",
    Clock.REWORK: "disputed_or_bound",
    Clock.COMPLETION: "asked",
    Clock.SILENCE: "answered",
    Clock.ARBITRATION: "arbitration_opened",
    Clock.DISPUTE: "closed",
    Clock.ERASURE: "erasure_requested",
}
"""The event from which each clock starts. A file repeats it for its readers and cannot change it."""
SETTLE: Final = ("settle.information", "settle.complaint", "settle.supervision", "settle.aspiration")
RULES: Final = frozenset({*(clock.value for clock in Clock if clock is not Clock.SETTLE), *SETTLE})
ORIGINS: Final = frozenset(
    {
        "reminder", "reminder_hours", "ladder", "repeat", "returns", "stops", "unconfirmed", "news", "join", "alike",
        "letters", "unfinished", "double", "sms_parts", "inbox", "superseded", "replies", "submissions", "dead_letters",
    }
)  # fmt: skip
CLIMBERS: Final = frozenset({HolderKind.AGENCY, HolderKind.DESK, HolderKind.ARBITER})
PUBLIC_LIST: Final = 4
Days = Annotated[int, Field(strict=True, ge=0, le=1_000)]
Some = Annotated[int, Field(strict=True, ge=1, le=1_000)]
Named = Annotated[str, Field(min_length=1)]


class BadPolicy(Exception):
    """The file is not a valid policy; the message names file and field."""


class PolicyFilePart(BaseModel):
    """Refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LanguageTexts(PolicyFilePart):
    """A text by language."""

    id: Named
    en: Named


class OriginFile(PolicyFilePart):
    """The source of a number."""

    source: LanguageTexts
    sureness: Sureness


class RuleFile(OriginFile):
    """One period."""

    name: Named
    clock: Clock
    amount: Annotated[int, Field(strict=True, ge=1, le=100_000)]
    unit: Literal["wd", "d", "s"]
    starts: Named

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        # Automatic placement has seconds; people have days.
        units = ("s",) if self.clock is Clock.PLACE else ("wd", "d")
        if self.name not in RULES:
            raise ValueError(f"there is no rule {self.name}; the rules are {', '.join(sorted(RULES))}")
        if self.clock.value != self.name.partition(".")[0]:
            raise ValueError(f"the rule {self.name} is not for the clock {self.clock.value}")
        if self.unit not in units:
            raise ValueError(f"the unit of {self.name} must be {' or '.join(units)}, and is {self.unit}")
        if self.starts != FIRSTS[self.clock]:
            raise ValueError(f"{self.name} starts from {FIRSTS[self.clock]}, not from {self.starts}")
        return self


class PolicyFile(PolicyFilePart):
    """The content of a policy file."""

    id: Named
    effective_at: AwareDatetime
    rules: tuple[RuleFile, ...]
    reminder_wd: Days
    reminder_hours: tuple[time, time]
    ladder: dict[HolderKind, tuple[tuple[Annotated[int, Field(strict=True, ge=1, le=PUBLIC_LIST)], Days], ...]]
    repeat_wd: Some
    returns: Some
    stops: Days
    unconfirmed_d: Some
    news_d: Some
    join_d: Some
    alike_d: Some
    letters_d: Some
    unfinished_d: Some
    double_min: Some
    sms_parts_h: Annotated[int, Field(strict=True, ge=1, le=24)]
    inbox_d: Some
    superseded_d: Some
    replies_d: Some
    submissions_d: Some
    dead_letters_d: Some
    origins: dict[str, OriginFile]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        _check_names("rules", [rule.name for rule in self.rules], RULES)
        _check_names("origins", list(self.origins), ORIGINS)
        _check_names("ladder", [kind.value for kind in self.ladder], frozenset(kind.value for kind in CLIMBERS))
        for kind, rungs in self.ladder.items():
            _check_ladder(kind, rungs)
        opens, closes = self.reminder_hours
        if opens >= closes:
            raise ValueError("reminder_hours must be two times, the earlier first")
        if self.superseded_d > self.inbox_d:
            raise ValueError("superseded_d must be at most inbox_d, after which every message is removed")
        if self.join_d > self.alike_d:
            raise ValueError("join_d must be at most alike_d: only similar reports are joined by rule")
        return self

    def policy(self) -> Policy:
        """The policy in the form that the deadline rules read."""
        rules = [Rule(r.name, r.clock, r.amount, r.unit, r.starts, _by_language(r), r.sureness) for r in self.rules]
        converted = {
            "rules": {rule.name: rule for rule in rules},
            "ladder": {kind: tuple(Rung(*rung) for rung in rungs) for kind, rungs in self.ladder.items()},
            "origins": {name: Origin(_by_language(origin), origin.sureness) for name, origin in self.origins.items()},
        }
        return Policy(**{name: getattr(self, name) for name in PolicyFile.model_fields} | converted)


def policy_from(body: Any) -> Policy:
    """The parsed and checked policy. Raises BadPolicy."""
    try:
        return PolicyFile.model_validate(body).policy()
    except ValidationError as error:
        raise BadPolicy("; ".join(_message(body, each) for each in error.errors())) from error


def policies_from(files: Mapping[str, bytes]) -> Policies:
    """All versions, oldest first. `files`: content by file name.

    Raises:
        BadPolicy: a file is invalid, two have the same id or date, or there is none.
    """
    read = {name: _read(name, content) for name, content in files.items()}
    if not read:
        raise BadPolicy("there is no policy file, and no date can be calculated without one")
    for field, of in (("id", lambda p: p.id), ("effective_at", lambda p: p.effective_at)):
        _distinct(read, field, of)
    return Policies(tuple(sorted(read.values(), key=lambda policy: policy.effective_at)))


def _read(name: str, content: bytes) -> Policy:
    try:
        return policy_from(from_json(content))
    except BadPolicy as error:
        raise BadPolicy(f"{name}: {error}") from error
    except ValueError as error:
        raise BadPolicy(f"{name}: it is not JSON: {error}") from error


def _distinct(read: Mapping[str, Policy], field: str, of: Callable[[Policy], object]) -> None:
    seen = dict[object, str]()
    for name, policy in read.items():
        if (other := seen.setdefault(of(policy), name)) != name:
            raise BadPolicy(f"{other}, {name}: have the same {field} {of(policy)}; each version has its own")


def _check_names(field: str, given: Sequence[str], expected: frozenset[str]) -> None:
    twice = sorted({name for name in given if given.count(name) > 1})
    for what, names in (
        ("lacks", sorted(expected - set(given))),
        ("has something unknown:", sorted(set(given) - expected)),
        ("has twice", twice),
    ):
        if names:
            raise ValueError(f"{field} {what} {', '.join(names)}")


def _check_ladder(kind: HolderKind, rungs: Sequence[tuple[int, int]]) -> None:
    field = f"ladder.{kind.value}"
    if not rungs or rungs[-1][0] != PUBLIC_LIST:
        raise ValueError(f"{field} must end at rung {PUBLIC_LIST}, the public list, which alone is repeated for ever")
    for (low, early), (high, late) in pairwise(rungs):
        if low >= high or early > late:
            raise ValueError(f"{field} must climb: rung {high} after {late} working days comes after rung {low}")


def _by_language(origin: OriginFile) -> Mapping[str, str]:
    return origin.source.model_dump()


def _message(body: Any, error: ErrorDetails) -> str:
    # A rule is shown by its name instead of its index. A value error already names its field.
    at = list[object](error["loc"])
    if at[:1] == ["rules"] and len(at) > 1 and isinstance(at[1], int):
        rule = body["rules"][at[1]]
        at[1] = rule.get("name", at[1]) if isinstance(rule, Mapping) else at[1]
    return by_field(error, [] if error["type"] == "value_error" else at)
