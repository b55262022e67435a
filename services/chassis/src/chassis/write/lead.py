"""Finds the complaint that a joined complaint follows."""

from chassis.write.repository import Repository
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint


async def root_lead(repository: Repository, state: Complaint) -> Complaint | None:
    """The last lead of the chain, since a lead may itself have been joined later; None: `state` is not joined."""
    lead, seen = state, {state.id}
    while lead.status is Status.JOINED and lead.lead is not None and lead.lead not in seen:
        seen.add(lead.lead)
        lead = (await repository.load(lead.lead)).state
    return lead if lead is not state else None
