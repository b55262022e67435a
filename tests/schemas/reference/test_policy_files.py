"""An invalid policy file is refused with a sentence that names file and field."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from schemas.base.values import Clock
from schemas.reference.load import policies_folder
from schemas.reference.policy_file import BadPolicy, policies_from

FIRST = "2019-01-01.json"
Body = dict[str, Any]


def first() -> Body:
    """The content of the shipped file."""
    body: Body = json.loads((policies_folder() / FIRST).read_text(encoding="utf-8"))
    return body


def rule(body: Body, name: str) -> Body:
    return next(each for each in body["rules"] if each["name"] == name)


def later(change: Callable[[Body], object] = lambda _: None) -> Body:
    """A changed second version."""
    body = deepcopy(first()) | {"id": "2027-01-01", "effective_at": "2027-01-01T00:00:00+07:00"}
    change(body)
    return body


def read(**files: Body | bytes) -> Any:
    named = {f"{name.replace('_', '-')}.json": body for name, body in files.items()}
    return policies_from({name: b if isinstance(b, bytes) else json.dumps(b).encode() for name, b in named.items()})


def test_a_later_version_holds_from_its_day_and_may_change_any_number() -> None:
    def change(body: Body) -> None:
        rule(body, "settle.complaint").update(amount=60, unit="d")
        body.update(reminder_wd=0, stops=0, returns=1, repeat_wd=3, ladder=body["ladder"] | {"agency": [[4, 0]]})

    both = read(p2027=later(change), p2019=first())
    assert [policy.effective_at.date() for policy in both.versions] == [date(2019, 1, 1), date(2027, 1, 1)]
    new = both.versions[1].rules["settle.complaint"]
    assert (new.clock, new.amount, new.unit) == (Clock.SETTLE, 60, "d")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda b: rule(b, "settle.complaint").update(amount=0), "rules.settle.complaint.amount must be 1 or more"),
        (lambda b: rule(b, "triage").update(amount="3"), "rules.triage.amount must be a whole number"),
        (lambda b: rule(b, "triage").update(amount=2.5), "rules.triage.amount must be a whole number"),
        (lambda b: rule(b, "triage").update(amount=True), "rules.triage.amount must be a whole number"),
        (lambda b: rule(b, "triage").update(unit="weeks"), "rules.triage.unit must be 'wd', 'd' or 's'"),
        (lambda b: rule(b, "settle.complaint").update(unit="s"), "the unit of settle.complaint must be wd or d"),
        (lambda b: rule(b, "place").update(unit="wd"), "the unit of place must be s"),
        (lambda b: rule(b, "silence").update(starts="received"), "silence starts from answered, not from"),
        (lambda b: rule(b, "silence").update(clock="settle"), "the rule silence is not for the clock settle"),
        (lambda b: rule(b, "silence").update(name="rest"), "there is no rule rest"),
        (lambda b: rule(b, "silence").pop("amount"), "rules.silence.amount is required"),
        (lambda b: rule(b, "silence").update(sureness="D"), "rules.silence.sureness must be"),
        (lambda b: rule(b, "silence")["source"].pop("en"), "rules.silence.source.en is required"),
        (lambda b: rule(b, "silence").update(days=10), "rules.silence.days this field is not known"),
        (lambda b: b["rules"].remove(rule(b, "dispute")), "rules lacks dispute"),
        (lambda b: b["rules"].append(rule(b, "dispute")), "rules has twice dispute"),
        (lambda b: b["rules"].append(7), "rules.14 must be a JSON object"),
        (lambda b: b.update(repeat_wd=0), "repeat_wd must be 1 or more"),
        (lambda b: b.update(join_d=0), "join_d must be 1 or more"),
        (lambda b: b.update(join_d=61), "join_d must be at most alike_d"),
        (lambda b: b.pop("inbox_d"), "inbox_d is required"),
        (lambda b: b.pop("submissions_d"), "submissions_d is required"),
        (lambda b: b.update(superseded_d=401), "superseded_d must be at most inbox_d"),
        (lambda b: b.update(returns=-3), "returns must be 1 or more"),
        (lambda b: b.update(stops=None), "stops must be a whole number"),
        (lambda b: b.update(effective_at="2027-01-01T00:00:00"), "effective_at must be a time with its zone"),
        (lambda b: b.update(effective_at="soon"), "effective_at must be a time with its zone"),
        (lambda b: b.update(reminder_hours=["16:00", "07:30"]), "reminder_hours must be two times, the earlier first"),
        (lambda b: b.update(reminder_hours=["25:00", "26:00"]), "reminder_hours.0 must be a time of day"),
        (lambda b: b["ladder"].update(agency=[[1, 0], [3, 5]]), "ladder.agency must end at rung 4, the public list"),
        (lambda b: b["ladder"].update(agency=[]), "ladder.agency must end at rung 4"),
        (lambda b: b["ladder"].update(agency=[[2, 0], [1, 5], [4, 9]]), "ladder.agency must climb"),
        (lambda b: b["ladder"].update(agency=[[1, 9], [4, 5]]), "ladder.agency must climb"),
        (lambda b: b["ladder"].update(agency=[[1, 0], [5, 5]]), "ladder.agency.1.0 must be 4 or less"),
        (lambda b: b["ladder"].pop("desk"), "ladder lacks desk"),
        (lambda b: b["ladder"].update(router=[[4, 0]]), "ladder has something unknown: router"),
        (lambda b: b["origins"].pop("stops"), "origins lacks stops"),
        (lambda b: b.pop("ladder"), "ladder is required"),
        (lambda b: b.update(id=""), "id must have at least 1 characters"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused_by_its_name(change: Callable[[Body], object], words: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        read(p2019=first(), p2027=later(change))
    assert str(refused.value).startswith("p2027.json: ")
    assert words in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b"null", b"\xff"])
def test_what_is_no_policy_at_all_is_refused_by_the_name_of_the_file(content: bytes) -> None:
    with pytest.raises(BadPolicy, match=r"^broken\.json: "):
        read(broken=content)


def test_two_versions_never_share_a_name_or_a_day_and_one_is_needed() -> None:
    with pytest.raises(BadPolicy, match="have the same id 2019-01-01"):
        read(p2019=first(), p2027=later(lambda b: b.update(id="2019-01-01")))
    with pytest.raises(BadPolicy, match="have the same effective_at"):
        read(p2019=first(), p2027=later(lambda b: b.update(effective_at="2018-12-31T17:00:00Z")))
    with pytest.raises(BadPolicy, match="there is no policy"):
        read()
