"""One UUID is one key in every spelling, and nothing else is changed."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import ids
from schemas.base.client_keys import canonical_key, is_uuid, other_spellings

ONE = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"


@pytest.mark.parametrize(
    "spelled",
    [
        ONE,
        ONE.upper(),
        f"{{{ONE}}}",
        f"{{{ONE.upper()}}}",
        f"urn:uuid:{ONE}",
        f"URN:UUID:{ONE.upper()}",
        ONE.replace("-", ""),
        ONE.replace("-", "").upper(),
        f"0A1b{ONE[4:]}",
        f"urn:uuid:{{{ONE}}}",
    ],
)
def test_a_uuid_is_one_key_however_it_is_spelled(spelled: str) -> None:
    assert is_uuid(spelled)
    assert canonical_key(spelled) == ONE
    assert ids.complaint_id("web", "", spelled) == ids.complaint_id("web", "", ONE)
    assert ids.move_id(UUID(int=1), "", "details", spelled) == ids.move_id(UUID(int=1), "", "details", ONE)
    assert spelled == ONE or spelled in other_spellings(ONE) or spelled in other_spellings(spelled)


@pytest.mark.parametrize(
    "other",
    [
        "K",
        "k",
        "Pesan 7",
        ONE[:-1],
        f"{ONE}0",
        f"{{{ONE}",
        f"{ONE}}}",
        f"uuid:{ONE}",
        ONE.replace("-", "", 1),
        "0a1b2c3d4e5f-6071-8293-a4b5-c6d7e8f9",
        ONE.replace("0", "٠"),
        f"{ONE}\n",
        ONE.replace("-", "_"),
    ],
)
def test_what_is_no_uuid_stays_as_it_is(other: str) -> None:
    assert (is_uuid(other), canonical_key(other), other_spellings(other)) == (False, other, ())


@given(st.text(max_size=60))
def test_any_other_text_is_its_own_key(text: str) -> None:
    assert canonical_key(text) == text or is_uuid(text)


@given(st.uuids())
def test_every_other_spelling_leads_back_to_the_key(one: UUID) -> None:
    others = other_spellings(str(one))
    assert {canonical_key(each) for each in others} == {str(one)}
    assert str(one) not in others
