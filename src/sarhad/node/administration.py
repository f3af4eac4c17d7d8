"""What a running node lends the administration screen: keys, invitations, health, copies, checks."""

from __future__ import annotations

import base64
import hashlib
import platform
import shutil
import sqlite3
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Literal

from cryptography import x509

from sarhad import __version__
from sarhad.desk import Actor
from sarhad.desk.approvals import Admit, AnyDeed, RotateKeys, Thaw
from sarhad.exchange import invitation
from sarhad.exchange.invitation import open_manifest
from sarhad.ledger.files import STORE_FILE
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Evidence
from sarhad.node import rotating, setup
from sarhad.node.backup import last_copy
from sarhad.node.build import Node
from sarhad.node.jobs import Jobs
from sarhad.node.thawing import exhibit_text
from sarhad.web.keeping import ExhibitView, InvitationView, JobView, KeysView, NodeHealthView, WitnessView
from sarhad.wire.errors import Refused, SarhadError
from sarhad.wire.fingerprint import fingerprint

LIBRARIES = ("litestar", "uvicorn", "msgspec", "pynacl", "cryptography", "argon2-cffi", "pillow", "aiohttp")


class Administration:
    """See sarhad.web.keeping.Keeping.  Reads the node; writes only what two officers decided."""

    def __init__(self, node: Node) -> None:
        """Lend ``node`` to the screen."""
        self._node = node
        self._started_us = node.clock()
        folder = node.settings.backup_folder
        self._jobs = Jobs(node.folder, node.party, Path(folder) if folder else None, node.clock)

    def own_keys(self) -> KeysView:
        """Our own keys."""
        return self._keys(self._node.ledger.log)

    def partner_keys(self, party: str) -> KeysView:
        """A partner's keys and, where its log is frozen, the evidence."""
        return self._keys(self._node.roster.get(party).log)

    def _keys(self, log: str) -> KeysView:
        ledger = self._node.ledger
        identities = ledger.identities_of(log)
        party, manifest = open_manifest(identities[-1].manifest)
        der = base64.b64decode(manifest.tls_cert)
        view = self._node.picture.manifest(log)
        held = None if view is None else self._node.picture.record(view.ref)
        why = "" if log == ledger.log else ledger.frozen(log)
        return KeysView(
            party=party,
            log=log,
            origin=manifest.origin,
            endpoint=manifest.endpoint,
            fingerprint=fingerprint(identities[0].manifest),
            log_key=manifest.log_key,
            witness_key=manifest.witness_key,
            certificate=hashlib.sha256(der).hexdigest(),
            certificate_until_us=_until_us(der),
            changes=len(identities) - 1,
            since_us=None if held is None else held.at,
            frozen=why,
            evidence=tuple(_exhibit(one) for one in ledger.evidence() if one.log == log) if why else (),
        )

    def invitation(self) -> bytes:
        """Our invitation file."""
        with tempfile.TemporaryDirectory(prefix="sarhad-invite-") as folder:
            path = Path(folder) / f"{self._node.party}{invitation.SUFFIX}"
            setup.invite(self._node.folder.root, path)
            return path.read_bytes()

    def look_at(self, raw: bytes) -> InvitationView:
        """Read and verify an invitation; raise VerificationError."""
        found = _read(raw)
        return InvitationView(
            party=found.party,
            name=found.manifest.names.en,
            country=found.manifest.country,
            endpoint=found.endpoint,
            fingerprint=found.fingerprint,
            known=found.party in self._node.roster.parties() or found.party == self._node.party,
        )

    def health(self) -> NodeHealthView:
        """How the node is."""
        node = self._node
        disk = shutil.disk_usage(node.folder.root)
        files = [path.stat().st_size for path in node.folder.attachments.iterdir() if path.is_file()]
        copied = last_copy(node.folder)
        size = node.ledger.size(node.ledger.log)
        return NodeHealthView(
            disk_free=disk.free,
            disk_total=disk.total,
            ledger_bytes=_size(node.folder.root / STORE_FILE) + _size(node.folder.root / f"{STORE_FILE}-wal"),
            attachment_bytes=sum(files),
            attachments=len(files),
            entries=size,
            published=_covered(node.ledger),
            witnesses=tuple(self._witness(party) for party in sorted(node.desk.partners())),
            versions=tuple(_versions()),
            started_us=self._started_us,
            backup_folder=node.settings.backup_folder,
            backup_at_us=None if copied is None else copied.at_us,
            backup_place="" if copied is None else copied.place,
            backup_entries=0 if copied is None else copied.entries,
        )

    def _witness(self, party: str) -> WitnessView:
        ledger, log = self._node.ledger, self._node.roster.get(party).log
        size, signed = ledger.size(ledger.log), ledger.countersigned_size(log)
        theirs = ledger.size(log)
        by_them = ledger.first_covering(ledger.log, signed - 1, log) if signed else None
        by_us = ledger.first_covering(log, theirs - 1, ledger.log) if theirs else None
        return WitnessView(
            party=party,
            ours=size,
            ours_countersigned=signed,
            ours_countersigned_us=None if by_them is None else by_them.time_s * 1_000_000,
            theirs=theirs,
            theirs_countersigned_us=None if by_us is None else by_us.time_s * 1_000_000,
            oldest_open_us=self._claimed(signed) if signed < size else None,
        )

    def _claimed(self, seq: int) -> int | None:
        view = self._node.picture.record(f"{self._node.ledger.log}:{seq}")
        return None if view is None else view.at

    def jobs(self) -> list[JobView]:
        """The last copy and the last check."""
        return [self._jobs.views[kind] for kind in sorted(self._jobs.views)]

    def start(self, kind: Literal["backup", "fsck"], actor: Actor) -> JobView:
        """Begin a copy or a check."""
        return self._jobs.start(kind, actor)

    def check(self, deed: AnyDeed) -> None:
        """Raise SarhadError where the deed could not be carried out."""
        if isinstance(deed, Thaw):
            log = self._node.roster.get(deed.partner).log
            if not self._node.ledger.frozen(log):
                raise Refused(f"the log of {deed.partner} is not frozen", where="partner", do="Nothing is to be done")
        if isinstance(deed, Admit):
            found = _read(base64.b64decode(deed.file))
            if found.party == self._node.party:
                raise Refused("this is our own invitation", where="file", do="Read in the partner's")
            if found.party in self._node.roster.parties():
                raise Refused(f"{found.party} is a partner already", where="file", do="Nothing is to be done")

    async def carry_out(self, deed: AnyDeed) -> None:
        """Do what two officers decided; the exchange begins anew with it."""
        self.check(deed)
        node = self._node
        if isinstance(deed, Thaw):
            node.ledger.unfreeze(node.roster.get(deed.partner).log)
        elif isinstance(deed, Admit):
            node.roster.admit(_read(base64.b64decode(deed.file)))
        elif isinstance(deed, RotateKeys):
            await rotating.rotate(node, frozenset(deed.keys))
        else:
            raise SarhadError("this is not the node's to do", where="deed")
        node.renewed.set()


def _read(raw: bytes) -> invitation.Invitation:
    with tempfile.TemporaryDirectory(prefix="sarhad-invite-") as folder:
        path = Path(folder) / "invitation"
        path.write_bytes(raw)
        return invitation.read_invitation(path)


def _exhibit(one: Evidence) -> ExhibitView:
    return ExhibitView(id=one.id, what=one.what, texts=tuple(exhibit_text(raw) for raw in one.exhibits))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _covered(ledger: Ledger) -> int:
    """How many of our entries our newest signed checkpoint covers."""
    return int(ledger.checkpoint().split(b"\n", 2)[1])


def _until_us(der: bytes) -> int:
    return int(x509.load_der_x509_certificate(der).not_valid_after_utc.timestamp()) * 1_000_000


def _versions() -> list[tuple[str, str]]:
    found = [("sarhad", __version__), ("python", platform.python_version()), ("sqlite", sqlite3.sqlite_version)]
    return found + [(name, metadata.version(name)) for name in LIBRARIES]
