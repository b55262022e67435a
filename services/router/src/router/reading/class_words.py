"""The class that plain words ask for: a proposal for the reporter, who decides. Pure.

The classes are those of PermenPANRB 62/2018: pengaduan, aspirasi, permintaan informasi.
"""

import re
from typing import Final

from router.reading.classifier import Prediction
from schemas.base.values import ComplaintClass

PLAIN: Final = 0.9
"""Least score of the model's own reading of the class."""
_HEAD: Final = 400
"""Characters at the beginning in which people say what they want."""
_WORDS: Final = (
    (
        ComplaintClass.INFORMATION,
        (
            r"\b(?:bagaimana\s+(?:cara|prosedur|syarat)|apa\s+(?:saja\s+)?(?:syarat|persyaratan)|ingin\s+(?:tahu|bertanya|"
            r"menanyakan)|mau\s+(?:tanya|bertanya)|(?:mohon|minta|butuh)\s+info(?:rmasi)?|numpang\s+tanya|how\s+(?:do|can)\s+i|"
            r"what\s+are\s+the\s+requirements)\b"
        ),
    ),
    (
        ComplaintClass.ASPIRATION,
        (
            r"\b(?:(?:saya|kami|warga)\s+(?:usul|mengusulkan|menyarankan|berharap)|usul(?:an)?\s+saya|saran\s+(?:saya|kami)|"
            r"sebaiknya\s+(?:pemerintah|dinas|pemkot|pemkab|pemprov)|alangkah\s+baiknya|i\s+(?:suggest|propose))\b"
        ),
    ),
)
_FOUND: Final = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WORDS)


def proposed_class(text: str, prediction: Prediction | None) -> ComplaintClass | None:
    """The class that words or model make plain; None: nothing does, so that it is taken for a complaint."""
    for kind, pattern in _FOUND:
        if pattern.search(text[:_HEAD]):
            return kind
    return prediction.class_ if prediction is not None and prediction.class_score >= PLAIN else None
