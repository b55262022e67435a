"""Commands for one machine: `python -m local run|front|issuer|demo|relist`."""

import typer

from chassis.base.private_files import owner_only
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

    raise typer.Exit(
        run_configured("local front", lambda settings: serve(create_app(settings, checked=True), settings))
    )


@app.command()
def issuer() -> None:
    """Serve the OpenID Connect provider with the demo people. Refused in production."""
    from local.issuer.serve import serve_issuer

    raise typer.Exit(run_configured("local issuer", serve_issuer))


if __name__ == "__main__":
    owner_only()
    app()
