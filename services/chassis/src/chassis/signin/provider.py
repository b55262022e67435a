"""The OpenID Connect provider as a service sees it: where its endpoints are, and the keys that it signs with.

Both are kept. Keys are read again in the background, and at once for a key that is not known; while the provider is
away, those that are known stay in use.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import httpx2
import structlog
from joserfc.jwk import Key

from chassis.base.settings import is_safe_url
from chassis.signin.fetch import ProviderUnavailable, json_object, new_client
from chassis.signin.key_set import SigningKeys

REFRESH_S: Final = 300.0
"""Keys older than this are read again in the background: how long a withdrawn key may still be used."""
STALE_S: Final = 900.0
"""With keys older than this a request waits for the attempt to read them again."""
RETRY_S: Final = 5.0
"""At least so long between two attempts, whatever is asked: unknown key ids must not become a load on the provider."""
METADATA_S: Final = 3600.0
log = structlog.get_logger(__name__)


class Metadata(NamedTuple):
    """The provider's endpoints (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    jwks_uri: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None


class Provider:
    """One provider. Nothing is read before it is needed, so that a service starts without it."""

    def __init__(
        self,
        issuer: str,
        client: httpx2.AsyncClient | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer, self._own, self._monotonic = issuer, client, monotonic
        self._metadata: Metadata | None = None
        self._metadata_at = self._keys_at = self._tried_at = -float("inf")
        self._keys = SigningKeys({})
        self._reading: asyncio.Task[None] | None = None
        self._away = False
        self.changes = 0
        """How often the keys have changed: what was verified before a change must be verified again."""

    @property
    def client(self) -> httpx2.AsyncClient:
        """The HTTP client of this provider."""
        if self._own is None:
            self._own = new_client()
        return self._own

    async def close(self) -> None:
        """Stop reading and close the connections."""
        if self._reading is not None:
            self._reading.cancel()
        if self._own is not None:
            await self._own.aclose()

    async def metadata(self) -> Metadata:
        """The endpoints; at most an hour old unless the provider is away. Raises ProviderUnavailable: never read."""
        if self._metadata is None or self._age(self._metadata_at) > METADATA_S:
            try:
                self._metadata, self._metadata_at = await self._discover(), self._monotonic()
            except ProviderUnavailable:
                if self._metadata is None:
                    raise
        return self._metadata

    async def refresh(self) -> None:
        """Read the keys again if it is time; waits only with stale ones. Costs nothing otherwise."""
        age = self._age(self._keys_at)
        if age <= REFRESH_S:
            return
        self._begin()
        if age > STALE_S:
            await self._attempt()

    async def key(self, kid: str | None, algorithm: str) -> Key | None:
        """The provider's key of this id; None: it has no such key.

        Raises:
            ProviderUnavailable: its keys were never read.
        """
        await self.refresh()
        found = self._keys.find(kid, algorithm)
        if found is None and self._begin():
            await self._attempt()
            found = self._keys.find(kid, algorithm)
        if found is None and not self._keys:
            raise ProviderUnavailable(f"the keys of {self.issuer} could not be read")
        return found

    def _begin(self) -> bool:
        """Begin an attempt, or join one that runs; False: the last one was too short a time ago."""
        if self._reading is not None and not self._reading.done():
            return True
        if self._age(self._tried_at) < RETRY_S:
            return False
        self._tried_at = self._monotonic()
        self._reading = asyncio.create_task(self._read(), name="provider keys")
        return True

    async def _attempt(self) -> None:
        if self._reading is not None:
            await asyncio.shield(self._reading)

    async def _read(self) -> None:
        try:
            keys = await self._read_keys()
        except ProviderUnavailable as error:
            self._metadata_at = -float("inf")  # it may have moved its keys
            if not self._away:
                log.warning("provider away", issuer=self.issuer, because=str(error), known_keys=bool(self._keys))
            self._away = True
            return
        if self._away:
            log.info("provider is back", issuer=self.issuer)
        self._away, self._keys_at = False, self._monotonic()
        if keys != self._keys:
            self._keys, self.changes = keys, self.changes + 1

    async def _read_keys(self) -> SigningKeys:
        keys = SigningKeys(await json_object(self.client, (await self.metadata()).jwks_uri))
        if not keys:
            raise ProviderUnavailable("its key set holds no key for signatures")
        return keys

    async def _discover(self) -> Metadata:
        # Section 4.1: a slash at the end is removed before the path is added.
        url = f"{self.issuer.removesuffix('/')}/.well-known/openid-configuration"
        document = await json_object(self.client, url)
        if document.get("issuer") != self.issuer:  # section 4.3: exactly
            raise ProviderUnavailable(f"{url} names another issuer: {str(document.get('issuer'))[:200]!r}")
        return Metadata(**{name: _url(document, name, url) for name in Metadata._fields})

    def _age(self, at: float) -> float:
        return self._monotonic() - at


def _url(document: dict[str, Any], name: str, source: str) -> Any:
    given = document.get(name)
    if given is None and name in Metadata._field_defaults:
        return None
    if not isinstance(given, str) or not is_safe_url(given):
        raise ProviderUnavailable(f"{source}: {name} must be an https address, or one of this machine")
    return given
