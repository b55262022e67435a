"""The findings of an audit. The codes of broken rules, by subject:

facts-missing, unreadable, stream-cut, not-born, born-twice, id-twice, foreign-writer, not-allowed,
alias                                                                                          the stream
not-the-holder, returned-too-often, past-the-arbiter, returned-though-bound, bound-by-nobody, placed-back,
said-twice, too-early, wrong-date, disputed-too-late                                          single events
no-holder, holder-gone, nothing-next, overdue, closed-unanswered                               the present state
lead-missing, lead-later, protected-follows, part-missing, part-stray, part-differs, part-left, answered-before-parts,
number-twice, false-receipt                                                                    related complaints
not-forgotten, keys-missing, erasure-waits                                                     erasure
contact-read, data-not-given                                                                   personal data
topic-missing, topic-foreign                                                                   Kafka
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry


class Violation(NamedTuple):
    """A broken rule: its code, the stream, the version, and a sentence."""

    code: str
    stream: str
    version: int
    what: str


class AuditContext(NamedTuple):
    """What the rules compare with. `tolerance`: how long after its date an action may still be in progress."""

    registry: Registry
    policies: Policies
    now: datetime
    tolerance: timedelta

    def is_over(self, moment: datetime) -> bool:
        """Whether an action that was due at `moment` is overdue by more than the tolerance."""
        return moment < self.now - self.tolerance
