"""Whatever is written into any form: nothing of it becomes markup, and no page breaks."""

from collections import Counter
from random import Random

import pytest

from local.issuer.people import PEOPLE
from support.front import Front
from support.hostile import faults
from support.hostile_forms import attack, forms
from support.signed_in import sign_in
from support.stage import Staged
from support.visits import VISITS, Visit

pytestmark = pytest.mark.asyncio(loop_scope="module")
BROWSER = {"Accept": "text/html", "Origin": "http://door", "Sec-Fetch-Site": "same-origin"}
INPUTS = 10_000
ROUNDS = 1_000
FURTHER = 0.3
ADDRESSES = [visit for visit in VISITS if not visit.steps and "/masuk" not in visit.route]


@pytest.mark.slow
async def test_ten_thousand_hostile_inputs_stay_text(front: Front, stage: dict[str, Staged]) -> None:
    random, inputs, broken = Random(7), 0, []
    statuses: Counter[int] = Counter()
    front.web.headers.update(BROWSER)
    for _ in range(ROUNDS):
        for visit in random.sample(ADDRESSES, len(ADDRESSES)):
            page = await arrive(front, stage, visit)
            broken += [f"{visit.name}: {fault}" for fault in faults(page)]
            waiting = list(forms(page, visit.path))
            while waiting:
                form = waiting.pop()
                answer, count = await attack(front.web, form, random)
                inputs, statuses = inputs + count, statuses + Counter([answer.status_code])
                if answer.status_code >= 500:
                    broken.append(f"{visit.name}: {form.action} answers {answer.status_code}")
                if "html" in answer.headers.get("content-type", ""):
                    broken += [f"{visit.name} -> {form.action}: {fault}" for fault in faults(answer.text)]
                    if random.random() < FURTHER:  # the next step, or the same form with its errors
                        waiting += forms(answer.text, form.action)
        if inputs >= INPUTS or broken:
            break
    assert broken == []
    assert inputs >= INPUTS
    assert statuses[200] + statuses[422] > statuses[403], f"most of them are looked at: {statuses}"
    for visit in ADDRESSES:  # what was stored is shown
        assert faults(await arrive(front, stage, visit)) == []


async def arrive(front: Front, stage: dict[str, Staged], visit: Visit) -> str:
    """The page in a new browser, as whoever looks at it."""
    front.web.cookies.clear()
    path = visit.path
    if visit.person is not None:
        person = next(each for each in PEOPLE if each.name == visit.person)
        sign_in(front.app, front.web, *person.roles)
    if visit.opens is not None:
        await front.web.post("/lacak", data={"kode": stage[visit.opens].code}, auth=None)
        path = path.format(number=stage[visit.opens].number, id=stage[visit.opens].id)
    if visit.about is not None:
        path = path.format(id=stage[visit.about].id)
    answer = await front.web.get(path, auth=None)
    assert answer.status_code < 500, f"{visit.name}: {answer.status_code}"
    return answer.text
