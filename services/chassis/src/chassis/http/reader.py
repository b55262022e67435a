"""Who reads a page, told to the API of another service that owns a part of it.

In the same process the principal stands in the ASGI scope, which no client can write. To another process it goes as a
JSON Web Token for one method and path, valid for 30 s, signed with a key that only our services have. A client that
sends the header without that key is refused.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from chassis.base.ports import TimeSource
from schemas.access.principal import Principal, grants_of
from schemas.base.refusals import NotSignedIn

IN_PROCESS: Final = "satupintu.reader"
HEADER: Final = "Satupintu-Reader"
VALID_S: Final = 30
ALGORITHM: Final = "HS256"
WHY: Final = "the reader of a part is not genuine"


class Readers:
    """Writes and reads the header. `key`: at least 32 bytes, the same in all services."""

    def __init__(self, key: bytes, clock: TimeSource) -> None:
        self._key, self._clock = OctKey.import_key(key), clock

    def header(self, who: Principal, method: str, path: str) -> str:
        """The header's value for one request."""
        claims = {
            "iss": who.issuer, "sub": who.subject, "roles": sorted(map(str, who.grants)), "name": who.name,
            "aud": f"{method} {path}", "exp": int(self._now().timestamp()) + VALID_S,
        }  # fmt: skip
        return jwt.encode({"alg": ALGORITHM}, claims, self._key, algorithms=[ALGORITHM])

    def read(self, value: str, method: str, path: str) -> Principal:
        """The principal that a header names.

        Raises:
            NotSignedIn: forged, for another request, or too old.
        """
        try:
            claims: dict[str, Any] = jwt.decode(value, self._key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError) as error:
            raise NotSignedIn(why=WHY) from error
        if claims["aud"] != f"{method} {path}" or self._now().timestamp() >= claims["exp"]:
            raise NotSignedIn(why=WHY)
        return Principal(claims["iss"], claims["sub"], grants_of(claims["roles"]), claims["name"])

    def _now(self) -> datetime:
        return self._clock.now()


class Told(NamedTuple):
    """Who reads, as a service of ours tells it. Its page was counted by the rate limits already."""

    who: Principal


def told(request: Request) -> Told | None:
    """Who reads, if a service of ours asks for a part of a page.

    Raises:
        NotSignedIn: the header is not genuine.
    """
    here = request.scope.get(IN_PROCESS)
    if here is not None:
        return Told(here)
    given = request.headers.get(HEADER)
    if given is None:
        return None
    readers: Readers | None = getattr(request.app.state, "readers", None)
    if readers is None:
        raise NotSignedIn(why=WHY)
    return Told(readers.read(given, request.method, request.url.path))
