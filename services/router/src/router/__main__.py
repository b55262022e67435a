"""`python -m router worker|web|seed`, and the commands for reading models and for history."""

import sys
from collections.abc import Callable
from importlib import import_module

from chassis.service.entry import main
from router.app import seed, service

LEARNING, HISTORY = ("train", "check", "evaluate", "card", "switch"), ("replay", "shadow", "examples")


def typer_app(module: str) -> Callable[[list[str]], int]:
    """Runs the module's command line. The module is imported only then: it needs much that a worker does not."""

    def run(argv: list[str]) -> int:
        import_module(module).app(argv, prog_name="python -m router")
        return 0

    return run


if __name__ == "__main__":
    learning, history = typer_app("router.cli.learning"), typer_app("router.cli.history")
    others = {"seed": seed, **dict.fromkeys(LEARNING, learning), **dict.fromkeys(HISTORY, history)}
    sys.exit(main(service, others))
