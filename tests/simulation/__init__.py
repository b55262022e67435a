"""The whole system in one process, under one seed: real reactions, sweeps, projections and relay, in-memory ports."""
