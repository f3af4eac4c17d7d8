"""The desk's certificate: made, renewed, told, and kept current in a server that runs."""

from __future__ import annotations

import asyncio
import datetime
import os
import ssl
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from sarhad.ledger.ledger import Ledger
from sarhad.node import local_ca
from sarhad.node.folder import NodeFolder, system_clock
from sarhad.node.settings import Settings, SettingsError, change, is_loopback, load
from sarhad.web.settings import Phones
from sarhad.wire.errors import SarhadError

DAY_US = 86_400_000_000
LOOK_S = 3_600.0

log = structlog.get_logger("sarhad.node")


@dataclass(frozen=True, slots=True)
class Made:
    """The authority's fingerprint, whether it is new, and the names of the desk's certificate."""

    fingerprint: str
    fresh: bool
    names: tuple[str, ...]


def make(
    root: Path,
    names: list[str],
    within: list[str],
    *,
    new_authority: bool = False,
    clock: Callable[[], int] = system_clock,
) -> Made:
    """Make the desk's certificate for ``names``, and the authority if there is none; put both into the settings.

    The authority may vouch for ``within`` as well: names and networks that the desk may get later.
    """
    folder = NodeFolder(root)
    folder.require()
    plain = [local_ca.checked_name(one) for one in names]
    if not plain:
        raise SarhadError("the desk has no name", where="--name", do="Name it as phones will call it")
    fresh = new_authority or not folder.authority.is_file()
    if fresh:
        pair = local_ca.make_authority(_title(root, clock()), local_ca.reach_of([*plain, *within]), clock())
    elif within:
        raise SarhadError(
            "there is an authority already", where="--within", do="Leave it out, or make a new one with --new-authority"
        )
    else:
        pair = _authority(folder)
    server = local_ca.make_server(pair, plain, clock())
    if fresh:
        _write(folder.authority_key, pair.key, secret=True)
        _write(folder.authority, pair.certificate, secret=False)
    _install(folder, server)
    change(root, desk_tls_cert=str(folder.desk_certificate.resolve()), desk_tls_key=str(folder.desk_key.resolve()))
    return Made(local_ca.fingerprint(local_ca.read_certificate(pair.certificate)), fresh, tuple(plain))


def renew(root: Path, clock: Callable[[], int] = system_clock) -> Made:
    """Make a new certificate for the names of the old one, by the authority that is there."""
    folder = NodeFolder(root)
    folder.require()
    if not folder.desk_certificate.is_file():
        raise SarhadError("the desk has no certificate of ours", where=str(root), do="Make it: sarhad certificate make")
    held = local_ca.names_of(local_ca.read_certificate(folder.desk_certificate.read_bytes()))
    names = held or [local_ca.LOOPBACK[0]]
    pair = _authority(folder)
    _install(folder, local_ca.make_server(pair, names, clock()))
    return Made(local_ca.fingerprint(local_ca.read_certificate(pair.certificate)), False, tuple(names))


def _title(root: Path, now_us: int) -> str:
    """Name the authority so that a phone's owner tells it from an earlier one."""
    with Ledger.open_readonly(root) as reader:
        made = datetime.datetime.fromtimestamp(now_us / 1e6, datetime.UTC)
        return f"Sarhad desk of {reader.identity.party}, {made:%Y-%m-%d %H:%M}"


def _authority(folder: NodeFolder) -> local_ca.Pair:
    try:
        return local_ca.Pair(folder.authority_key.read_bytes(), folder.authority.read_bytes())
    except FileNotFoundError as error:
        raise SarhadError(
            "the authority's key or certificate is not here",
            where=str(error.filename),
            do="Put it back, or make a new one with: sarhad certificate make --new-authority",
        ) from error


def _install(folder: NodeFolder, server: local_ca.Pair) -> None:
    """Put the new pair in place, the key first: a server that looks between the two goes on with the old one."""
    _write(folder.desk_key, server.key, secret=True)
    _write(folder.desk_certificate, server.certificate, secret=False)


def _write(path: Path, content: bytes, *, secret: bool) -> None:
    """Write a file as one, durable before it takes its name; a secret one for its owner only."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    partial = path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


class DeskTls:
    """The context of the desk's server; new connections get the newest certificate without a restart."""

    def __init__(self, folder: NodeFolder, settings: Settings, clock: Callable[[], int]) -> None:
        """Read the certificate that the settings name; raise SettingsError where it cannot be used."""
        self._folder = folder
        self._certificate, self._key = Path(settings.desk_tls_cert), Path(settings.desk_tls_key)
        self._clock = clock
        self._stamp = 0.0  # written by _load(): which file is in use
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_alpn_protocols(["http/1.1"])
        self._load()
        self._warn()

    @property
    def ours(self) -> bool:
        """Whether the certificate is one that this node made, and may renew."""
        return self._certificate.resolve() == self._folder.desk_certificate.resolve()

    def _load(self) -> None:
        try:
            if stat.S_IMODE(self._key.stat().st_mode) & 0o007:
                raise SettingsError("everybody may read the key", where=str(self._key), do="chmod 600 it, renew it")
            self._stamp = self._certificate.stat().st_mtime
            self.context.load_cert_chain(self._certificate, self._key)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                f"the desk's certificate and key cannot be used: {error}",
                where=f"{self._certificate}, {self._key}",
                do="Check desk_tls_cert and desk_tls_key, or run: sarhad certificate make",
            ) from error

    def _left_days(self) -> int:
        certificate = local_ca.read_certificate(self._certificate.read_bytes())
        return (local_ca.ends_us(certificate) - self._clock()) // DAY_US

    def _warn(self) -> None:
        left = self._left_days()
        if left < local_ca.RENEW_DAYS and not self.ours:
            log.warning("the desk's certificate ends soon", days=left, file=str(self._certificate))

    def look(self) -> bool:
        """Renew our own certificate when its end is near, and take one that is new; tell whether one was taken."""
        if self.ours and self._left_days() < local_ca.RENEW_DAYS:
            try:
                renew(self._folder.root, self._clock)
                log.info("the desk's certificate was renewed", file=str(self._certificate))
            except SarhadError as error:
                log.warning("the desk's certificate cannot be renewed", what=str(error), days=self._left_days())
        if self._certificate.stat().st_mtime == self._stamp:
            return False
        self._load()
        return True

    async def keep(self) -> None:
        """Look every hour; runs until it is cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK_S)


def make_command(root: Path, names: list[str], within: list[str], listen: str | None, *, new_authority: bool) -> str:
    """``sarhad certificate make``; returns what to print."""
    made = make(root, names, within, new_authority=new_authority)
    if listen:
        change(root, desk_host=listen)
    return (
        f"{'Made the authority and a' if made.fresh else 'Made a'} certificate for {', '.join(made.names)}\n\n"
        + show(root)
        + ("\nInstall the authority on every phone: it is new." if made.fresh else "")
        + "\nStart the node anew for it to take effect: sarhad run"
    )


def renew_command(root: Path) -> str:
    """``sarhad certificate renew``; returns what to print."""
    made = renew(root)
    return f"Renewed for {', '.join(made.names)}; a node that runs takes it within the hour\n\n{show(root)}"


def show(root: Path) -> str:
    """``sarhad certificate show``: the authority's fingerprint, both ends, and where phones find them."""
    folder = NodeFolder(root)
    settings = load(root)
    if not folder.authority.is_file() or not folder.desk_certificate.is_file():
        raise SarhadError("the desk has no certificate of ours", where=str(root), do="Make it: sarhad certificate make")
    authority = local_ca.read_certificate(folder.authority.read_bytes())
    server = local_ca.read_certificate(folder.desk_certificate.read_bytes())
    digits = local_ca.fingerprint(authority)
    reach = local_ca.reach(authority)
    lines = [
        f"Authority      {folder.authority}, until {authority.not_valid_after_utc:%Y-%m-%d}",
        f"  SHA-256      {digits[:47]}",
        f"               {digits[48:]}",
        f"  may vouch for {', '.join([*reach.dns, *map(str, reach.networks)])}",
        f"Certificate    {folder.desk_certificate}, until {server.not_valid_after_utc:%Y-%m-%d}",
        *(f"  phones       {url}/field" for url in addresses(folder, settings)),
    ]
    if is_loopback(settings.desk_host):
        lines.append(f"The desk listens on {settings.desk_host}, where no phone reaches it: set desk_host, or --listen")
    return "\n".join(lines)


def addresses(folder: NodeFolder, settings: Settings) -> list[str]:
    """The desk's HTTPS addresses by the names of its certificate; none where it has no certificate of ours."""
    if not settings.desk_tls_cert or not folder.desk_certificate.is_file():
        return []
    if Path(settings.desk_tls_cert).resolve() != folder.desk_certificate.resolve():
        return []
    names = local_ca.names_of(local_ca.read_certificate(folder.desk_certificate.read_bytes()))
    return [f"https://{f'[{one}]' if ':' in one else one}:{settings.desk_port}" for one in names]


def phones(folder: NodeFolder, settings: Settings) -> Phones | None:
    """What the pages tell of the authority, None where the desk's certificate is not of ours."""
    found = addresses(folder, settings)
    if not found or not folder.authority.is_file():
        return None
    authority = local_ca.read_certificate(folder.authority.read_bytes())
    der = ssl.PEM_cert_to_DER_cert(folder.authority.read_text())
    return Phones(tuple(found), der, local_ca.fingerprint(authority), local_ca.ends_us(authority))
