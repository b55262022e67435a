"""`python -m router worker|web|seed`; what makes and switches reading models, and what reads history."""

import sys

from chassis.service.entry import main
from router.app import seed, service


def history(argv: list[str]) -> int:
    """Its own command line; what it needs is imported only here."""
    from router.cli.history import app

    app(argv, prog_name="python -m router")
    return 0


def learning(argv: list[str]) -> int:
    """Likewise."""
    from router.cli.learning import app

    app(argv, prog_name="python -m router")
    return 0


LEARNING, HISTORY = ("train", "evaluate", "card", "switch"), ("replay", "shadow", "examples")

if __name__ == "__main__":
    others = {"seed": seed, **dict.fromkeys(LEARNING, learning), **dict.fromkeys(HISTORY, history)}
    sys.exit(main(service, others))
