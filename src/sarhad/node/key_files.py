"""The node's key files through a change of keys; the steps are in rotating.py."""

from __future__ import annotations

import base64
import os
import shutil
from pathlib import Path
from typing import Literal

import msgspec

from sarhad.exchange import tls
from sarhad.exchange.invitation import open_manifest
from sarhad.ledger.ledger import Ledger
from sarhad.node.folder import NodeFolder
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Manifest

Which = Literal["log", "witness", "tls"]
ALL: frozenset[Which] = frozenset({"log", "witness", "tls"})


def prepare(folder: NodeFolder, now: Manifest, which: frozenset[Which], now_us: int) -> Manifest:
    """Write new keys to ``keys/next`` and return the manifest that names them.  Nothing is in force yet."""
    shutil.rmtree(folder.next_keys, ignore_errors=True)
    folder.next_keys.mkdir(mode=0o700)
    changes: dict[str, str] = {}
    for name, path in (("log", folder.log_key), ("witness", folder.witness_key)):
        if name in which:
            key = SecretKey.generate()
            key.save(folder.next_keys / path.name)
            changes[f"{name}_key"] = key.public.hex()
    if "tls" in which:
        _keep_certificate(folder)
        pem, der = tls.make_certificate(now.log, now_us=now_us)
        tls.save_certificate(folder.next_keys / "tls.key", folder.next_keys / "tls.crt", pem, der)
        changes["tls_cert"] = base64.b64encode(der).decode()
    _sync(folder.next_keys)
    return msgspec.structs.replace(now, previous=None, **changes)


def settle(folder: NodeFolder, manifest: bytes) -> None:
    """Take the keys in ``keys/next`` if ``manifest``, the newest in our log, names them; else throw them away."""
    if not folder.next_keys.is_dir():
        return
    if _named(folder, open_manifest(manifest)[1]):
        for path in (folder.log_key, folder.witness_key, folder.tls_key, folder.tls_certificate):
            if (folder.next_keys / path.name).exists():
                (folder.next_keys / path.name).replace(path)
                _sync(path.parent)
    shutil.rmtree(folder.next_keys)
    _sync(folder.keys)


def recover(folder: NodeFolder) -> None:
    """Finish or undo a change of keys that a crash cut short, before the keys are read."""
    if folder.next_keys.is_dir():
        reader = Ledger.open_readonly(folder.root)
        try:
            settle(folder, reader.identity.manifest)
        finally:
            reader.close()


def former_certificates(folder: NodeFolder) -> tuple[tuple[Path, Path], ...]:
    """The former certificates and their keys, for partners that go by them still."""
    found = sorted(folder.old_keys.glob("*.crt")) if folder.old_keys.is_dir() else []
    return tuple((path, path.with_suffix(".key")) for path in found if path.with_suffix(".key").exists())


def retire(folder: NodeFolder, ledger: Ledger) -> None:
    """Remove the former certificates once every partner has countersigned the newest manifest."""
    partners = [identity.log for identity in ledger.logs() if identity.log != ledger.log]
    if all(ledger.countersigned_size(log) >= ledger.keys_since() - 1 for log in partners):
        shutil.rmtree(folder.old_keys, ignore_errors=True)


def _named(folder: NodeFolder, manifest: Manifest) -> bool:
    """Tell whether the manifest names every key that is in ``keys/next`` (what was taken already is not there)."""
    held = folder.next_keys
    said = {"log.key": manifest.log_key, "witness.key": manifest.witness_key}
    keys = all(SecretKey.load(held / name).public.hex() == key for name, key in said.items() if (held / name).exists())
    certificate = held / "tls.crt"
    if (held / "tls.key").exists() and not certificate.exists():
        return False
    return keys and (
        not certificate.exists() or tls.read_certificate(certificate) == base64.b64decode(manifest.tls_cert)
    )


def _keep_certificate(folder: NodeFolder) -> None:
    """Copy the TLS key and certificate of now: partners call by them until they have countersigned the new manifest."""
    folder.old_keys.mkdir(mode=0o700, exist_ok=True)
    name = tls.name_of(tls.read_certificate(folder.tls_certificate)).partition(".")[0][:16]
    shutil.copy2(folder.tls_key, folder.old_keys / f"{name}.key")  # the mode goes along
    shutil.copy2(folder.tls_certificate, folder.old_keys / f"{name}.crt")
    _sync(folder.old_keys)


def _sync(folder: Path) -> None:
    """Make what was written in a folder durable: its files' bytes, and their names."""
    for path in (*(one for one in folder.iterdir() if one.is_file()), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
