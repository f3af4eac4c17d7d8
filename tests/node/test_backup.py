"""``sarhad backup``: a running node is copied whole, and an older copy can never append."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from pathlib import Path

import pytest

from node.commands import sarhad
from sarhad.ledger.errors import RolledBack
from sarhad.ledger.fsck import fsck
from sarhad.ledger.ledger import Ledger
from sarhad.node.backup import back_up
from sarhad.node.build import Node, opened
from sarhad.node.folder import NodeFolder
from sarhad.node.settings import Settings
from sarhad.node.setup import Profile, make_node
from sarhad.wire.errors import SarhadError, VerificationError
from sarhad.wire.kinds import Note
from sarhad.wire.values import OWN, Names, Words


@pytest.fixture
def folder(tmp_path: Path) -> NodeFolder:
    profile = Profile("pk", Names(en="Party"), "XX", "UTC", "gregory", "https://127.0.0.1:8450", "x.example/pk")
    made = make_node(tmp_path / "pk", profile, Settings())
    content = b"a photograph"
    (made.attachments / hashlib.sha256(content).hexdigest()).write_bytes(content)
    (made.attachments / ".part-1").write_bytes(b"half of")
    return made


async def note(node: Node, text: str) -> int:
    return (await node.desk.act(node.itself, Note(text=Words(lang="en", text=text)), release=OWN)).seq


async def test_a_node_that_writes_is_copied_as_of_one_moment(folder: NodeFolder, tmp_path: Path) -> None:
    async with opened(folder.root) as node:
        await note(node, "before")
        writing = asyncio.create_task(_write(node, 50))
        made = await asyncio.to_thread(back_up, folder.root, tmp_path / "copy")
        await writing
        assert 2 <= made.entries <= 52
    assert made.files == 1
    assert fsck(tmp_path / "copy", backup=True).ok
    held = {path.name for path in (tmp_path / "copy").iterdir()} - {"ledger.sqlite-wal", "ledger.sqlite-shm"}
    assert held == {
        "ledger.sqlite", "accounts.sqlite", "approvals.sqlite", "attachments", "sarhad.toml", "tls.crt",
    }  # fmt: skip
    assert not list((tmp_path / "copy" / "attachments").glob(".part*"))
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0


async def _write(node: Node, count: int) -> None:
    for number in range(count):
        await note(node, f"meanwhile {number}")


def restore(copy: Path, root: Path) -> None:
    """Put the copy's files over those of a stopped node, as the operations page says."""
    for left in root.glob("ledger.sqlite*"):
        left.unlink()
    shutil.copy2(copy / "ledger.sqlite", root)


async def test_a_copy_as_new_as_what_was_signed_goes_on(folder: NodeFolder, tmp_path: Path) -> None:
    async with opened(folder.root) as node:
        await note(node, "before")
        node.ledger.checkpoint()
    back_up(folder.root, tmp_path / "copy")
    restore(tmp_path / "copy", folder.root)
    async with opened(folder.root) as node:
        assert await note(node, "after") == 2


async def test_an_older_copy_is_refused_with_the_guard_and_without_it(folder: NodeFolder, tmp_path: Path) -> None:
    back_up(folder.root, tmp_path / "copy")
    async with opened(folder.root) as node:
        await note(node, "signed after the copy")
        node.ledger.checkpoint()
    restore(tmp_path / "copy", folder.root)
    with pytest.raises(RolledBack):
        async with opened(folder.root):
            pass
    for left in folder.root.glob("guard.sqlite*"):
        left.unlink()
    with pytest.raises(SarhadError):
        async with opened(folder.root):
            pass
    with Ledger.open_readonly(folder.root) as reader:
        assert reader.size("pk") == 1


def test_a_target_that_is_there_or_inside_is_refused(folder: NodeFolder, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for target in (tmp_path / "there", folder.root / "copies" / "one"):
        assert "sarhad:" in sarhad("backup", folder.root, target, status=2).stderr
    assert "Copied" in sarhad("backup", folder.root, tmp_path / "new").stdout


def test_an_attachment_with_another_content_stops_the_copy(folder: NodeFolder, tmp_path: Path) -> None:
    next(path for path in folder.attachments.iterdir() if len(path.name) == 64).write_bytes(b"another")
    with pytest.raises(VerificationError, match="content"):
        back_up(folder.root, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
