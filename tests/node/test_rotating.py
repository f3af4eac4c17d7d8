"""``sarhad rotate``: new keys under a manifest that the old key signs, whatever dies in between."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from node.commands import sarhad
from sarhad.exchange import tls
from sarhad.exchange.invitation import open_manifest
from sarhad.ledger.fsck import fsck
from sarhad.ledger.ledger import Ledger
from sarhad.node import key_files, rotating, setup
from sarhad.node.build import opened
from sarhad.node.folder import NodeFolder
from sarhad.node.settings import Settings
from sarhad.node.setup import Profile, make_node
from sarhad.wire import envelope
from sarhad.wire.errors import SarhadError
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Manifest, Note
from sarhad.wire.record import read
from sarhad.wire.values import OWN, Names, Words


@pytest.fixture
def folder(tmp_path: Path) -> NodeFolder:
    names = Names(en="Party")
    profile = Profile("pk", names, "XX", "UTC", "gregory", "https://127.0.0.1:8450", "x.example/sarhad/pk")
    return make_node(tmp_path / "pk", profile, Settings())


def key_bytes(folder: NodeFolder) -> tuple[bytes, ...]:
    paths = (folder.log_key, folder.witness_key, folder.tls_key, folder.tls_certificate)
    return tuple(path.read_bytes() for path in paths)


async def note(folder: NodeFolder, text: str) -> int:
    """Open the node, write, close; returns the entry: what an operator would see work or not."""
    async with opened(folder.root) as node:
        return (await node.desk.act(node.itself, Note(text=Words(lang="en", text=text)), release=OWN)).seq


async def test_all_keys_change_and_the_manifest_is_signed_by_the_old_one(folder: NodeFolder) -> None:
    before = key_bytes(folder)
    old = SecretKey.load(folder.log_key).public
    async with opened(folder.root) as node:
        written = await rotating.rotate(node)
        assert node.renewed.is_set()
        entry = node.ledger.entry("pk", written.seq)
        assert entry is not None
        assert entry.body is not None
        envelope.check_signature(old, entry.body, entry.signature)
    assert all(one != other for one, other in zip(before, key_bytes(folder), strict=True))
    assert not folder.next_keys.exists()
    await note(folder, "under the new keys")
    assert fsck(folder.root).ok


async def test_one_key_alone(folder: NodeFolder) -> None:
    before = key_bytes(folder)
    sarhad("rotate", folder.root, "--witness-key")
    changed = [one != other for one, other in zip(before, key_bytes(folder), strict=True)]
    assert changed == [False, True, False, False]
    sarhad("rotate", folder.root, "--tls")
    manifest = read("pk", 0, _manifest(folder)).data
    assert isinstance(manifest, Manifest)
    assert tls.read_certificate(folder.tls_certificate) == base64.b64decode(manifest.tls_cert)
    assert fsck(folder.root).ok


def _manifest(folder: NodeFolder) -> bytes:
    with Ledger.open_readonly(folder.root) as reader:
        return reader.identity.manifest


async def test_death_before_the_manifest_leaves_the_old_keys(folder: NodeFolder) -> None:
    before = key_bytes(folder)
    async with opened(folder.root) as node:
        now = open_manifest(node.ledger.identity.manifest)[1]
        key_files.prepare(folder, now, key_files.ALL, node.clock())
    assert folder.next_keys.is_dir()
    await note(folder, "as before")
    assert key_bytes(folder) == before
    assert not folder.next_keys.exists()


@pytest.mark.parametrize("moved", [0, 1, 2, 3, 4])
async def test_death_while_the_files_change_places_is_finished_at_the_next_start(
    folder: NodeFolder, moved: int
) -> None:
    before = key_bytes(folder)
    async with opened(folder.root) as node:
        now = open_manifest(node.ledger.identity.manifest)[1]
        manifest = key_files.prepare(folder, now, key_files.ALL, node.clock())
        secrets = [SecretKey.load(folder.next_keys / name) for name in ("log.key", "witness.key")]
        await node.desk.renew(manifest, *secrets)
    for path in (folder.log_key, folder.witness_key, folder.tls_key, folder.tls_certificate)[:moved]:
        (folder.next_keys / path.name).replace(path)
    await note(folder, "under the new keys")
    assert all(one != other for one, other in zip(before, key_bytes(folder), strict=True))
    assert not folder.next_keys.exists()
    assert fsck(folder.root).ok


async def test_the_former_certificate_is_kept_while_a_partner_goes_by_it(folder: NodeFolder, tmp_path: Path) -> None:
    names = Names(en="Other")
    profile = Profile("ir", names, "XX", "UTC", "gregory", "https://127.0.0.1:8451", "x.example/sarhad/ir")
    other = make_node(tmp_path / "ir", profile, Settings())
    made = setup.invite(other.root, tmp_path / "ir.sarhad-invite")
    setup.join(folder.root, tmp_path / "ir.sarhad-invite", made.fingerprint)
    former = tls.read_certificate(folder.tls_certificate)
    async with opened(folder.root) as node:
        await rotating.rotate(node)
    async with opened(folder.root):
        kept = key_files.former_certificates(folder)
        assert [tls.read_certificate(pair[0]) for pair in kept] == [former]
        assert kept[0][1].stat().st_mode & 0o077 == 0


async def test_a_key_in_the_folder_that_the_log_does_not_name_is_refused(folder: NodeFolder) -> None:
    folder.log_key.unlink()
    SecretKey.generate().save(folder.log_key)
    with pytest.raises(SarhadError, match="secret keys"):
        await note(folder, "never written")


async def test_an_invitation_after_a_change_leads_to_the_keys_of_now(folder: NodeFolder, tmp_path: Path) -> None:
    first = setup.invite(folder.root, tmp_path / "before.sarhad-invite")
    for _ in range(2):
        sarhad("rotate", folder.root)
    made = setup.invite(folder.root, tmp_path / "after.sarhad-invite")
    assert made.fingerprint == first.fingerprint, "the log keeps its name in people's notebooks"
    assert made.certificate == tls.read_certificate(folder.tls_certificate)
    assert made.newest == _manifest(folder)
