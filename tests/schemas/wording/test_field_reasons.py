"""Every reason for refusing a field is worded in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType

from schemas.base.refusals import InvalidField
from schemas.contract.generate import ROOT
from schemas.contract.submission import Complaining
from schemas.wording import found, problem, refusal, title
from schemas.wording.fields import FOUND, RULES, as_sentence, why

SOURCES = [*(ROOT.parent / "services").rglob("src/**/*.py"), *(ROOT / "src").rglob("*.py")]
RAISED = {"InvalidField", "FileRefused", "MalformedCode"}


def reasons(path: Path) -> Iterator[str]:
    """Every literal reason in this file, also by the name of a constant, with inserted values replaced by 7."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        getattr(each.targets[0] if isinstance(each, ast.Assign) else each.target, "id", ""): each.value
        for each in tree.body
        if isinstance(each, ast.Assign | ast.AnnAssign)
    }
    raised = RAISED | ({"ValueError"} if "contract" in path.parts else set())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in raised:
            given = [keyword.value for keyword in node.keywords if keyword.arg == "why"] or node.args
            if getattr(node.func, "id", "") == "FileRefused":
                given = given[1:]  # after its name for programs
            named = [constants.get(getattr(each, "id", ""), each) for each in given]
            yield from filter(None, (_text(each) for each in named if isinstance(each, ast.Constant | ast.JoinedStr)))


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)


def test_every_reason_that_a_rule_gives_is_worded_in_indonesian_too() -> None:
    every = sorted({reason for path in SOURCES for reason in reasons(path)})
    assert len(every) > 25, "the search finds what is there"
    assert [reason for reason in every if why(reason, "id") == reason] == []
    assert [reason for reason in every if why(reason, "en") != reason] == []


@pytest.mark.parametrize(
    ("body", "indonesian", "english"),
    [
        ({}, "wajib diisi", "is required"),
        ({"text": ""}, "paling sedikit 1 karakter", "must have at least 1 characters"),
        ({"text": "a", "title": "x" * 201}, "paling banyak 200 karakter", "must have at most 200 characters"),
        ({"text": "a", "colour": "red"}, "isian ini tidak dikenal", "this field is not known"),
        ({"text": "a", "class": "rant"}, "atau 'information'", "or 'information'"),
        ({"text": "a", "place": {"lat": 1.0}}, "lat dan lon harus diisi keduanya", "lat and lon belong together"),
        ({"text": "a", "place": {"lat": 91, "lon": 1}}, "paling besar 90", "must be 90"),
        ({"text": "a", "occurred_on": "soon"}, "harus tanggal seperti 2026-03-01", "must be a date such as"),
        ({"text": "a\0"}, "tidak boleh memuat karakter NUL", "must not hold a NUL character"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_in_both_languages(
    body: dict[str, Any], indonesian: str, english: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Complaining.model_validate(body)
    item = refused.value.errors()[0]
    for lang, words in (("id", indonesian), ("en", english)):
        assert words in found(item["type"], item.get("ctx") or {}, item["msg"], lang)


def test_what_nobody_worded_yet_is_still_said() -> None:
    assert found("never_heard_of", {}, "Value error, must be blue", "id") == "must be blue"
    assert found("string_too_long", {}, "is too long", "id") == "is too long"


@pytest.mark.parametrize("kind", [kind for kind in get_args(ErrorType) if kind not in FOUND and "_error" not in kind])
def test_no_english_of_a_framework_stands_under_indonesian(kind: str) -> None:
    assert found(kind, {}, "Input should be a valid something", "id") == "bentuknya tidak dapat dibaca"
    assert found(kind, {}, "Input should be a valid something", "en") == "cannot be read as given"


def test_every_problem_of_http_has_a_title_and_a_sentence_in_both_languages() -> None:
    for status in (400, 404, 405, 409, 411, 412, 413, 415, 422, 429, 500, 503):
        assert title(status, "id") != title(status, "en")
    assert problem("unsupported-media-type", "id") == "Permintaan ini tidak dapat dipenuhi."
    assert problem("unsupported-media-type", "en") == "This request cannot be met."


def test_every_wording_is_there_in_both_languages() -> None:
    assert all(set(words) == {"id", "en"} for words in FOUND.values())


def test_a_refusal_gives_its_reason_in_the_reader_s_language() -> None:
    no = InvalidField(field="occurred_on", why="this day has not come yet")
    assert refusal(no, "id") == "Isian occurred_on tidak dapat diterima: hari itu belum tiba."
    assert refusal(no, "en") == "The field occurred_on cannot be accepted: this day has not come yet."


@pytest.mark.parametrize("words", [*(each["en"] for each in FOUND.values()), *(pattern for pattern, _ in RULES)])
def test_an_english_reason_alone_is_a_sentence_with_a_subject(words: str) -> None:
    first = as_sentence(words, "en").partition(" ")[0]
    assert first not in {"Is", "Are", "Must", "Has", "Have", "Holds", "Cannot", "Does", "Occurs", "Looks"}
    assert first[:1].isupper() or not first[:1].isalpha()


def test_a_reason_alone_reads_as_people_say_it() -> None:
    assert as_sentence("is required", "en") == "This is required."
    assert as_sentence("wajib diisi", "id") == "Wajib diisi."
    assert as_sentence("a file has at most 5 bytes", "en") == "A file has at most 5 bytes."
