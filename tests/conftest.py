"""Fixtures that every test folder may ask for; each lives in tests/support."""

import gc
from importlib.util import find_spec

pytest_plugins = [
    name for name in ("support.containers", "support.kafka", "support.postgres", "support.platform") if find_spec(name)
]


def pytest_collection_finish() -> None:
    """What was imported stays: no collection of garbage, of which some tests ask for one, looks through it again."""
    gc.collect()
    gc.freeze()
