"""Which ways to sign in a node offers besides passwords, from its settings; what is set by halves is refused."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from sarhad.desk.passkeys import RelyingParty
from sarhad.node.settings import Settings, SettingsError, is_loopback
from sarhad.web.outside import OutsideRefused, OutsideSettings, require_safe

BACK = "/api/session/outside/return"


def relying_party(settings: Settings) -> RelyingParty | None:
    """Under which name passkeys are made: the desk's own, or localhost where it has none; an address has no name."""
    if settings.desk_url:
        name = urlsplit(settings.desk_url).hostname or ""
        is_address = ":" in name or name.replace(".", "").isdigit()
        return None if is_address or not name else RelyingParty(name, (settings.desk_url,))
    if not is_loopback(settings.desk_host):
        return None
    scheme = "https" if settings.desk_tls_cert else "http"
    return RelyingParty("localhost", (f"{scheme}://localhost:{settings.desk_port}",))


def outside(settings: Settings) -> OutsideSettings | None:
    """The authority's own sign-in, None where none is set; raise SettingsError where it is set by halves."""
    if not settings.oidc_issuer:
        return None
    needed = {"desk_url": settings.desk_url, "oidc_client_id": settings.oidc_client_id}
    for key, value in (*needed.items(), ("oidc_secret_file", settings.oidc_secret_file)):
        if not value:
            raise SettingsError("needed for the outside sign-in", where=key, do="Set it, or leave oidc_issuer empty")
    try:
        require_safe(settings.oidc_issuer)
    except OutsideRefused as error:
        raise SettingsError(error.what, where="oidc_issuer", do="Give its https address") from error
    if find_spec("joserfc") is None:
        raise SettingsError("its part is not installed", where="oidc_issuer", do="Install it with: sarhad[signin]")
    path = Path(settings.oidc_secret_file)
    try:
        exposed = path.stat().st_mode & 0o077
        secret = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"the secret cannot be read: {error.strerror}", where=str(path)) from error
    if exposed or not secret:
        raise SettingsError("the secret is empty, or others may read it", where=str(path), do=f"Run: chmod 600 {path}")
    return OutsideSettings(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=secret,
        claim=settings.oidc_claim,
        back=settings.desk_url.rstrip("/") + BACK,
    )
