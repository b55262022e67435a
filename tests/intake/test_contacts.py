"""Contacts and file names as people write them: read where they can be, and never at the cost of the complaint."""

import pytest

from intake.contacts import addresses_of, mail_address, phone_number, unusable
from intake.file_names import repaired
from schemas.base.limits import CONTACT, NAME
from schemas.contract.submission import Reporter


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("(022) 423 4567", "+62224234567"),
        ("0812\u20113456\u20137890", "+6281234567890"),
        ("0812\u00a03456\u202f7890", "+6281234567890"),
        ("\u200e+62812\u200b34567890\u202c", "+6281234567890"),
        ("\uff10\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10", "+6281234567890"),
        ("0812.3456.7890 (WA saja)", "+6281234567890"),
        ("WA: 081234567890 a.n. Sari", "+6281234567890"),
        ("081234567890 / 081398765432", "+6281234567890"),
        ("tel:+6281234567890", "+6281234567890"),
        ("+1 650-253-0000", "+16502530000"),
        ("1708", "1708"),
        ("99123", "99123"),
        ("TELKOMSEL", None),
        ("tidak ada", None),
        ("-", None),
        ("12", None),
        (None, None),
    ],
)
def test_a_telephone_number_is_read_as_people_write_it(written: str | None, number: str | None) -> None:
    assert phone_number(written) == number


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("sari@contoh.id", "sari@contoh.id"),
        (" <sari@contoh.id>; ", "sari@contoh.id"),
        ("mailto:sari@contoh.id", "sari@contoh.id"),
        ("Sari Dewi <sari@contoh.id>", "sari@contoh.id"),
        ("sari@b\u00fccher.example.org", "sari@xn--bcher-kva.example.org"),
        ("sari@contoh.id, budi@contoh.id", None),
        ("sari@contoh.id budi@contoh.id", None),
        ("sari@contoh.id\nBcc: budi@contoh.id", None),
        ("Grup: sari@contoh.id, budi@contoh.id;", None),
        ("sari(at)contoh.id", None),
        ("sari@", None),
        (None, None),
    ],
)
def test_a_mail_address_names_one_recipient_or_none(written: str | None, address: str | None) -> None:
    assert mail_address(written) == address


def test_notices_go_to_a_contact_that_can_be_used() -> None:
    both = Reporter(email="sari(at)contoh.id", phone="0812-3456-7890")
    assert addresses_of(both, sms=True) == (None, "+6281234567890")
    assert unusable(both) == ("email",)
    assert unusable(Reporter(name="Sari")) == unusable(None) == ()


def test_a_contact_is_kept_as_it_was_written_without_control_characters_and_cut_at_the_limit() -> None:
    given = Reporter.model_validate({"name": " Sari\u0000\u202eDewi ", "email": "", "phone": 81234567890})
    assert (given.name, given.email, given.phone) == ("Sari  Dewi", None, "81234567890")
    assert Reporter(phone="9" * 1000).phone == "9" * CONTACT


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("foto.jpg", "foto.jpg"),
        ("C:\\fakepath\\foto jalan.jpg", "foto jalan.jpg"),
        ("../../etc/passwd", "passwd"),
        ("fo\u0000to\n\u202e.jpg", "fo to  .jpg"),
        ("  . ", None),
        ("", None),
        (None, None),
        ("x" * 300 + ".jpeg", "x" * (NAME - 5) + ".jpeg"),
    ],
)
def test_the_name_of_a_file_is_repaired(name: str | None, kept: str | None) -> None:
    assert repaired(name) == kept
