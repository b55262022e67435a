"""Threads in the background leave the global `random` alone: Hypothesis fails a test during which it changes."""

import random
import sqlite3

from kafka.net.manager import KafkaConnectionManager

from chassis.sql.errors import retry_while_locked


def test_a_wait_for_a_locked_database_draws_from_a_generator_of_its_own() -> None:
    before, tries = random.getstate(), iter([sqlite3.OperationalError("database is locked")] * 3)

    def act() -> str:
        for error in tries:
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        return "done"

    assert retry_while_locked(act) == "done"
    assert random.getstate() == before


def test_a_kafka_client_that_reconnects_does_too() -> None:
    before = random.getstate()
    assert 0.8 <= KafkaConnectionManager.jitter_pct(None) <= 1.2  # type: ignore[arg-type]
    assert random.getstate() == before
