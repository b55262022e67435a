"""Where a form comes from, by what browsers say."""

import pytest

from chassis.signin.forms import is_own_form

OWN = "https://lapor.go.id"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "null"},  # after `Referrer-Policy: no-referrer`
        {"origin": OWN},
        {"origin": OWN, "referer": "https://evil.test/"},
        {"referer": f"{OWN}/lapor?langkah=2"},
    ],
)
def test_forms_of_our_pages_are_accepted(headers: dict[str, str]) -> None:
    assert is_own_form(headers, OWN)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": ""},
        {"sec-fetch-site": "cross-site", "origin": OWN, "referer": f"{OWN}/"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "null", "referer": f"{OWN}/"},
        {"origin": "https://evil.test"},
        {"origin": "http://lapor.go.id"},
        {"origin": "https://lapor.go.id.evil.test"},
        {"origin": "https://sub.lapor.go.id"},
        {"origin": "https://lapor.go.id:8443"},
        {"referer": "https://evil.test/https://lapor.go.id/"},
        {"referer": "https://lapor.go.id@evil.test/"},
        {"referer": "https://lapor.go.idevil.test/"},
        {"referer": "https://[evil"},
        {"referer": "lapor.go.id"},
    ],
)
def test_others_are_refused(headers: dict[str, str]) -> None:
    assert not is_own_form(headers, OWN)
