"""The table of Kafka rights: what outsiders may do is written out here by hand."""

from schemas.access.kafka import EVERYBODY, RIGHTS, Operation, Resource, Right, rights
from schemas.access.kafka_users import PLATFORM

TOPIC, GROUP, TRANSACTION = Resource.TOPIC, Resource.GROUP, Resource.TRANSACTIONAL_ID
READ, WRITE = frozenset({Operation.READ}), frozenset({Operation.WRITE})
OUTSIDERS = ("agency.kota-bandung", "agency.kota-bandung.20260302T030000Z", "gateway.sms")


def test_an_agency_reads_its_inbox_writes_its_replies_and_has_groups_and_transactions_of_its_own() -> None:
    for user in OUTSIDERS[:2]:
        assert set(rights(user)) == {
            Right(TOPIC, "agency.kota-bandung.inbox", READ),
            Right(TOPIC, "agency.kota-bandung.replies", WRITE),
            Right(GROUP, "agency.kota-bandung.", READ, prefix=True),
            Right(TRANSACTION, "agency.kota-bandung.", WRITE, prefix=True),
        }


def test_a_gateway_writes_its_own_topic() -> None:
    assert Right(TOPIC, "submissions.sms", WRITE) in rights("gateway.sms")
    assert {each.name for each in rights("gateway.sms") if each.resource is TOPIC} == {"submissions.sms"}


def test_everybody_reads_open_data_and_nothing_else() -> None:
    assert list(RIGHTS[EVERYBODY]) == [Right(TOPIC, "complaint-summary", READ)]


def test_only_the_relay_and_the_operator_write_the_events_that_services_react_to() -> None:
    writers = {
        user
        for user in PLATFORM
        for each in rights(user)
        if each.name == "complaint-events" and each.operations >= WRITE
    }
    assert writers == {"relay", "operator"}


def test_no_outsider_creates_deletes_or_configures_anything() -> None:
    allowed = {operation for user in (*OUTSIDERS, EVERYBODY) for each in rights(user) for operation in each.operations}
    assert allowed == {Operation.READ, Operation.WRITE}


def test_a_prefix_ends_in_a_delimiter_so_that_it_means_no_longer_name() -> None:
    for user in (*RIGHTS, *OUTSIDERS):
        assert all(each.name.endswith(".") for each in rights(user) if each.prefix)


def test_a_user_of_no_known_kind_has_no_right() -> None:
    assert list(rights("agency")) == list(rights("somebody")) == list(rights("agency.kota-bandung.x")) == []
