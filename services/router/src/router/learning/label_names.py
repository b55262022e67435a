"""One spelling for each label of labelled texts: files of several offices write one label in several ways."""

from collections import Counter
from collections.abc import Iterable, Sequence

from router.learning.examples import Example, spelling
from router.learning.synthetic import sentence_data
from router.reading.classifier import UNCLEAR
from schemas.wording.sectors import SECTORS


def with_one_spelling(examples: Sequence[Example], known: Iterable[str] = ()) -> list[Example]:
    """The examples with one spelling of each label: that of `known` labels, else the most frequent one.

    If every label is the id or the name of a sector, in Indonesian or English, all become ids.
    """
    counted = Counter(each.label for each in examples if each.label is not None)
    names = {spelling(label): label for label, _ in reversed(counted.most_common())}
    sectors = _sector_names()
    if names.keys() <= sectors.keys():
        names = sectors
    names |= {spelling(label): label for label in known}
    return [each if each.label is None else each._replace(label=names[spelling(each.label)]) for each in examples]


def _sector_names() -> dict[str, str]:
    found = {spelling(name): sector for sector, names in SECTORS.items() for name in names}
    return found | {spelling(sector): sector for sector in (*SECTORS, *sentence_data().sectors, UNCLEAR)}
