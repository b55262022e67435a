"""The language that all services share: events, the state of a complaint, deadlines, wording, the outward contract.

`events` says what can happen, `complaint` what it means for the state, `deadlines` when something is due, `registry`
which agency has which mandate, `wording` how all of it is told, and `contract` what crosses our border.
"""
