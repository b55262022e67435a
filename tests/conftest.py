"""Fixtures that every test folder may ask for; each lives in tests/support."""

from importlib.util import find_spec

pytest_plugins = [
    name for name in ("support.containers", "support.kafka", "support.postgres", "support.platform") if find_spec(name)
]
