"""Commands for one machine: `python -m local run|front|issuer|demo|relist`."""

from typing import Annotated

import typer

from chassis.base.log import configure
from chassis.base.private_files import owner_only
from chassis.base.settings import read_settings
from chassis.service.entry import run_configured, serve
from local.demo.play import demo
from local.kafka import jars
from local.paths import kafka_cache
from local.platform.run import run

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(run)
app.command()(demo)


@app.command()
def relist() -> None:
    """Write `jars.sha256` anew from `jgo.toml`, to move to another Kafka version."""
    jars.LIST.write_text(jars.relist(kafka_cache()))


@app.command()
def front() -> None:
    """Serve the HTTP interfaces of the five services on one address."""
    from local.front import create_app

    settings = read_settings()
    configure(settings)
    serve(create_app(settings), settings)


@app.command()
def issuer(front: Annotated[int, typer.Option(help="port of the pages that people sign in to")] = 8000) -> None:
    """Serve the OpenID Connect provider with the demo people. Refused in production."""
    from local.issuer.app import create_app
    from local.issuer.serve import issuer_of

    raise typer.Exit(run_configured("local issuer", lambda each: serve(create_app(issuer_of(each, front)), each)))


if __name__ == "__main__":
    owner_only()
    app()
