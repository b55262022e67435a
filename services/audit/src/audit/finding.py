"""What an audit finds: broken rules by name, each with a sentence.

facts-missing, unreadable, stream-cut, not-born, born-twice, id-twice, foreign-writer, not-allowed,
alias                                                                                          the history itself
not-the-holder, returned-too-often, past-the-arbiter, returned-though-bound, bound-by-nobody, placed-back,
said-twice, too-early, wrong-date, disputed-too-late                                          what was done
no-holder, holder-gone, nothing-next, overdue, closed-unanswered                               the promise
lead-missing, lead-later, protected-follows, part-missing, part-stray, part-differs, part-left, answered-before-parts,
number-twice, false-receipt                                                                    what it points to
not-forgotten                                                                                  what was erased
topic-missing, topic-foreign                                                                   what Kafka carries
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry


class Violation(NamedTuple):
    """A broken rule: its name, whose stream, at which version, and what is wrong in a sentence."""

    code: str
    stream: str
    version: int
    what: str


class AuditContext(NamedTuple):
    """What the audit judges by. `tolerance`: how long after its date an action may still be on its way."""

    registry: Registry
    policies: Policies
    now: datetime
    tolerance: timedelta

    def is_over(self, moment: datetime) -> bool:
        """Whether what was due at `moment` should have been done by now."""
        return moment < self.now - self.tolerance
