"""docs/privacy.md names every topic, table of the vault and period, with the numbers of the policy."""

import re
from typing import Final

from agency_inbox.offices import store as offices
from chassis.base.settings import Settings
from intake.storage import tables
from local.paths import REPOSITORY
from schemas.base.topics import FIXED, agency_inbox, agency_replies, dead_letter, gateway_submissions
from schemas.reference.load import policies

PAGE: Final = (REPOSITORY / "docs" / "privacy.md").read_text(encoding="utf-8")
WITHOUT_PEOPLE: Final = frozenset(
    {
        "codes",
        "readings",
        "counters",
        "notices",
        "confirmations",
        "feed_position",
        "lease",
        "leases",
        "repeats",
        "bounces",
    }
)
"""Tables of the vault with ids, times and hashes only."""


def test_every_topic_is_named() -> None:
    topics = {
        *FIXED,
        gateway_submissions("<id>"),
        agency_inbox("<id>"),
        agency_replies("<id>"),
        dead_letter("<service>"),
    }
    rows = set(re.findall(r"^\| `([^`]+)` \|", PAGE.partition("## Databases")[0], re.MULTILINE))
    assert rows == topics


def test_every_period_has_the_policys_number() -> None:
    policy = policies().versions[-1]
    found = re.findall(r"`(\w+_[dh])`, (\d+) (?:day|hour)", PAGE)
    assert {name: int(number) for name, number in found} == {name: getattr(policy, name) for name, _ in found}
    assert {name for name, _ in found} >= {"submissions_d", "inbox_d", "superseded_d", "replies_d", "dead_letters_d"}


def test_every_table_of_the_vault_that_can_hold_personal_data_is_named() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert set(tables.metadata.tables) - WITHOUT_PEOPLE <= named


def test_every_table_of_the_offices_is_named_with_the_setting_of_their_database() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert set(offices.METADATA.tables) <= named
    assert f"SATUPINTU_{next(name for name in Settings.model_fields if name == 'offices_url').upper()}" in named
