"""The whole system in one process under one seed: the real reactions, sweeps, projections and relay over in-memory
ports.
"""
