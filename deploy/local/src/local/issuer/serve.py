"""The demo provider as a process: `python -m local issuer`. It exists for `make run`, and for trying a cluster."""

from typing import Final

from chassis.base.addresses import is_loopback
from chassis.base.settings import BadSetting, Settings
from chassis.service.entry import serve
from chassis.signin.addresses import CALLBACK, SIGNED_OUT
from local.issuer import state
from local.issuer.app import Issuer, create_app
from local.issuer.request import Clients
from local.issuer.tokens import Signer
from local.paths import demo_issuer

HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
"""Names under which people may have opened the pages."""


def serve_issuer(settings: Settings) -> int:
    """Serve until SIGTERM; the exit status. Raises BadSetting as `issuer_of`."""
    app = create_app(issuer_of(settings))
    return serve(app, settings.model_copy(update={"port": settings.demo_issuer_port}))


def issuer_of(settings: Settings) -> Issuer:
    """The provider for the pages of these settings; it makes its keys if there are none.

    Raises:
        BadSetting: production settings, another address than this machine's, or files that cannot be read.
    """
    if settings.production:
        raise BadSetting("the demo issuer has no passwords: SATUPINTU_PRODUCTION=1 needs SATUPINTU_OIDC_ISSUER")
    if not is_loopback(settings.host):
        raise BadSetting(f"the demo issuer serves this machine only, not {settings.host}")
    folder, secret_file = settings.state_dir, settings.oidc_client_secret_file
    try:
        state.make(folder, secret_file)
        kept = state.read(folder, secret_file)
    except (OSError, ValueError, KeyError) as error:
        raise BadSetting(f"the demo issuer's keys cannot be used: remove {state.keys_file(folder)}") from error
    origins = [f"http://{host}:{settings.port}" for host in HOSTS]
    if settings.demo_pages_url is not None:
        origins.append(settings.demo_pages_url.rstrip("/"))
    clients = Clients(
        kept,
        settings.oidc_client_id,
        frozenset(origin + CALLBACK for origin in origins),
        frozenset(origin + SIGNED_OUT for origin in origins),
    )
    signer = Signer(
        settings.demo_issuer_url or demo_issuer(settings.demo_issuer_port), settings.oidc_audience, kept.keys
    )
    return Issuer(signer, clients)
