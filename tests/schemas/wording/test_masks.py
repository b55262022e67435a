"""What others must not read in a text is found in every usual spelling, and other numbers stay."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.wording.masks import Kind, masked, masked_address, personal
from support.masked_lines import Line, read, score

LINES = [
    (name, line)
    for name in (
        "lines.txt",
        "blind1.txt",
        "blind2.txt",
        "blind3.txt",
        "blind4.txt",
        "blind5.txt",
        "blind6.txt",
        "blind7.txt",
        "patterns.txt",
    )
    for line in read(name)
]
LEAST = 0.98


def test_nearly_all_is_found_and_nearly_nothing_else() -> None:
    lines = [line for _, line in LINES]
    found = score(lines)
    assert found.recall >= LEAST, found.wrong
    assert found.precision >= LEAST, found.wrong


def test_half_of_the_lines_are_hard_negatives() -> None:
    lines = read("lines.txt")
    assert len(lines) >= 300
    assert sum(not line.marks for line in lines) >= len(lines) / 2


@pytest.mark.parametrize("line", [line for _, line in LINES if not line.marks], ids=lambda line: line.text)
def test_other_numbers_stay_as_they_are(line: Line) -> None:
    assert masked(line.text) == line.text


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("wa 0812-3456-7890 ya", Kind.PHONE, "wa [phone] ya"),
        ("NIK 3273 0101 0190 0001.", Kind.IDENTITY, "NIK [NIK]."),
        ("budi at gmail dot com", Kind.MAIL, "[e-mail]"),
        ("lihat https://wa.me/62812?x=1, ya", Kind.LINK, "lihat [link], ya"),
        ("rek BCA 1234567890", Kind.ACCOUNT, "rek BCA [number]"),
        ("nopol B 1234 XYZ", Kind.PLATE, "nopol [plate]"),
    ],
)
def test_a_mask_names_what_it_hides(text: str, kind: Kind, shown: str) -> None:
    assert [each.kind for each in personal(text)] == [kind]
    assert masked(text) == shown


@pytest.mark.parametrize(
    "hotline", ["112", "110", "119", "14045", "1500123", "1500-111", "0800-1-500-123", "0804 1 401 234"]
)
@pytest.mark.parametrize("cue", ["hubungi", "telp", "call center", ""])
def test_numbers_of_emergencies_and_services_stay(cue: str, hotline: str) -> None:
    text = f"{cue} {hotline} siang malam"
    assert masked(text) == text


@given(st.text(alphabet="08123 .-/()+x@at\n\u200boldg:,Rpjmnwa", max_size=60))
def test_masks_do_not_overlap_and_masking_again_changes_nothing(text: str) -> None:
    found = personal(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(0 <= each.start < each.end <= len(text) for each in found)


@pytest.mark.parametrize(
    "part",
    ["1", "0 ", "0812 ", "8 ", " ", "0\n", "1.000 ", "0.", "a@", "@", "a at ", "a dot ", "nol ", "nol", "tiga puluh ", "+1",
     "rek ", "wa 12345 ", "https://a.", "plat ", "*", "\u200b", "\uff10", "6.111 , ", "lat ", "rt 1/", "rp ", "double ",
     " a ", "et ", "gmail ", "x @ ", "a b ", "e-mail ", "@gmail.com", "plat d 1 ", "d 1 a dan ", "kk 1 ", "1:", "plus ", "rek 1/"],
)  # fmt: skip
def test_a_long_text_is_masked_in_linear_time(part: str) -> None:
    # 100,000 characters: a pattern whose steps grow with the square would need hours.
    text = (part * 100_000)[:100_000]
    assert len(masked(f"{text} wa 0812-3456-7890 ")) > 0
    assert len(masked_address(f"lat{' ' * 50_000}{text}")) > 0
