"""A stand-in for a KurrentDB server: real gRPC, its own process, on the servicer classes that the client package ships.

Strict where a real server is strict (versions, positions, idempotence, filters, checkpoints, deleted streams, error
details), simple where it does not matter to a client (one log file, everything in memory).
"""
