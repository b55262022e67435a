"""A stand-in for a KurrentDB server: real gRPC in its own process, on the servicer classes that the client package
ships.

Strict where a real server is strict (versions, positions, idempotence, filters, checkpoints, deleted streams, error
details), simple where clients do not notice (one log file, everything in memory).
"""
