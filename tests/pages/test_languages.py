"""Every page that an address alone opens, in both languages: nothing but that language, no key, no name of code."""

import re
from html import unescape

import pytest

from support.front import Front
from support.stage import Staged
from support.visits import VISITS, Visit, strange

pytestmark = pytest.mark.asyncio(loop_scope="module")
NO_PROVIDER = [Visit("masuk-tanpa-penyedia", "/masuk", "/masuk", status=503)]
ON_A_SITE = ("instansi-tanpa-laporan",)
"""Its body stands on the stage of the figures alone, which is set for a real browser."""
PLAIN = [
    visit for visit in VISITS
    if not visit.steps and visit.person is None and "/masuk" not in visit.route and visit.name not in ON_A_SITE
]  # fmt: skip


@pytest.mark.parametrize("lang", ["id", "en"])
async def test_a_page_speaks_one_language(front: Front, stage: dict[str, Staged], lang: str) -> None:
    faults = {}
    for visit in PLAIN + NO_PROVIDER:
        words = await words_of(front, stage, visit, lang)
        if found := strange(words, lang):
            faults[visit.name] = found
    assert faults == {}


async def words_of(front: Front, stage: dict[str, Staged], visit: Visit, lang: str) -> str:
    """What is read on the page, without the language switch."""
    path = visit.path
    if visit.opens is not None:
        await front.web.post("/lacak", data={"kode": stage[visit.opens].code})
        path = path.format(number=stage[visit.opens].number)
    answer = await front.web.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == visit.status, visit.name
    assert f'<html lang="{lang}">' in answer.text
    page = re.sub(r'<div class="language">.*?</div>', " ", answer.text, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", page))


async def test_the_language_that_was_chosen_stays_for_the_next_page(front: Front) -> None:
    assert '<html lang="id">' in (await front.web.get("/lacak")).text
    assert '<html lang="en">' in (await front.web.get("/lacak?lang=en")).text
    assert '<html lang="en">' in (await front.web.get("/")).text
    assert '<html lang="id">' in (await front.web.get("/?lang=id")).text
