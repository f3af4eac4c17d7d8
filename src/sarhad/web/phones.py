"""How a phone comes to trust the desk: the authority's certificate, its fingerprint, and the addresses to open."""

from __future__ import annotations

from litestar import get
from litestar.response import Response

from sarhad.desk import NotFound
from sarhad.web.guards import allow, anyone
from sarhad.web.office import Here
from sarhad.web.shapes import Answered

MEDIA_TYPE = "application/x-x509-ca-cert"
"""By which phones know that it is an authority to install."""


class PhonesView(Answered, frozen=True, kw_only=True):
    """``https``: this desk is served over HTTPS.  ``addresses`` are the names of its certificate.

    ``fingerprint`` is the authority's SHA-256 as phones show it, "" where the desk has no
    authority of its own; ``ends_us`` is when the authority ends (µs UTC).
    """

    https: bool
    addresses: tuple[str, ...]
    fingerprint: str
    ends_us: int | None


@get("/api/phones", opt=allow(), operation_id="getPhones", tags=["field"])
async def get_phones(office: Here) -> PhonesView:
    """What a phone needs to trust this desk, to be compared by a person."""
    held = office.settings.phones
    if held is None:
        return PhonesView(https=office.settings.https, addresses=(), fingerprint="", ends_us=None)
    return PhonesView(
        https=office.settings.https, addresses=held.addresses, fingerprint=held.fingerprint, ends_us=held.ends_us
    )


@get("/authority.crt", opt=anyone(), include_in_schema=False)
async def get_authority(office: Here) -> Response[bytes]:
    """The authority's certificate.  It is no secret, and proves nothing: the fingerprint is compared by a person."""
    held = office.settings.phones
    if held is None:
        raise NotFound(
            "this desk has no authority of its own", where="authority.crt", do="Run: sarhad certificate make"
        )
    name = f"sarhad-{office.desk.party}-authority.crt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
    return Response(held.authority, media_type=MEDIA_TYPE, headers=headers)


HANDLERS = [get_phones]
"""Put into the application by ``app.api``."""
