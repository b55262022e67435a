"""What the simulation is worth: mistakes that others have made are planted in our services, and each is found."""

import pytest

from simulation.__main__ import quiet
from simulation.planted import PLANTED
from simulation.run import play

WITHIN = 1000


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet()
    PLANTED[name](monkeypatch)
    assert any(play(seed).lost is not None for seed in range(WITHIN)), f"{name}: not found in {WITHIN} seeds"
