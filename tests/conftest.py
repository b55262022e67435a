"""Fixtures that every test folder may ask for; each lives in tests/support."""

from collections.abc import Iterator
from importlib.util import find_spec
from random import Random

import kafka.cluster
import kafka.net.connection
import kafka.net.manager
import pytest
import structlog
from hypothesis import settings

PLUGINS = (
    "support.containers",
    "support.kafka",
    "support.keycloak",
    "support.postgres",
    "support.every_store",
    "support.platform",
    "support.workers",
)
# How long one example takes says only how busy the machine is.
settings.register_profile("no-deadline", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("no-deadline")
# A Kafka client's thread that still reconnects draws from the global `random`. Hypothesis takes it for a draw of the
# strategy that runs at that moment, and fails whatever test that is.
for module in (kafka.cluster, kafka.net.connection, kafka.net.manager):
    module.random = Random()  # type: ignore[attr-defined]
pytest_plugins = [name for name in PLUGINS if find_spec(name)]


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """A command that a test runs configures logging on that test's output, which is closed after it."""
    yield
    structlog.reset_defaults()
