"""What the simulation is worth: mistakes that others have made are planted in our services, and each is found."""

import pytest

from simulation.__main__ import quiet
from simulation.planted import PLANTED
from simulation.run import play

WITHIN = 1000
FOUND = ("no_sweep", "no_expected_version", "no_guard", "ack_before_append")
"""Those that a few seeds find."""


@pytest.mark.parametrize("name", FOUND)
def test_a_planted_mistake_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet()
    PLANTED[name](monkeypatch)
    found = next((seed for seed in range(WITHIN) if play(seed).lost is not None), None)
    assert found is not None, f"{name}: not found in {WITHIN} seeds"
    monkeypatch.undo()
    assert play(found).lost is None, "it was found by its mistake, not by chance"
