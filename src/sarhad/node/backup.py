"""``sarhad backup``: a copy of a node that may be running, for the day when its disk is gone.

The ledger is copied first, by SQLite's own backup (one state, whatever is written
meanwhile), the attachments after it: files are only ever added, so every file that the
copied ledger knows of and that was here is in the copy.  The guard stays out, or a
restored copy could contradict what was signed after it; the keys are copied by hand,
to another place.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sarhad.ledger.files import STORE_FILE
from sarhad.ledger.fsck import Progress, fsck
from sarhad.ledger.ledger import Ledger
from sarhad.node.folder import NodeFolder, system_clock
from sarhad.node.settings import FILE_NAME
from sarhad.wire.errors import SarhadError, VerificationError

_PAGES = 4_096
"""Pages copied between two looks at whether somebody else wants to write."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds: entries of our own log, and attached files."""

    entries: int
    files: int


class LastCopy(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of the last backup; the folder's file ``last-backup.json``."""

    at_us: int
    place: str
    entries: int
    files: int


def back_up(root: Path, target: Path, progress: Progress = lambda _done, _total: None) -> Copied:
    """Copy the node in ``root`` to the new folder ``target``; it takes its name only when it is whole and checked.

    ``progress(done, total)`` counts the pages of the ledger, then the entries checked.
    Raises SarhadError when ``target`` exists or lies in the node's folder, VerificationError
    when the copy does not hold: an attachment has another content than its name says, or
    the ledger's own check finds something.
    """
    folder = NodeFolder(root)
    folder.require()
    if target.exists():
        raise SarhadError("the target is there already", where=str(target), do="Name a new folder")
    if folder.root.resolve() in target.resolve().parents:
        raise SarhadError("the target lies in the node's own folder", where=str(target), do="Name another disk")
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    _database(root / STORE_FILE, partial / STORE_FILE, progress)
    for path in (folder.accounts, folder.approvals):
        _database(path, partial / path.name)
    for path in (root / FILE_NAME, folder.tls_certificate):
        shutil.copy2(path, partial / path.name)
    for path in filter(Path.is_file, (folder.authority, folder.desk_certificate)):
        shutil.copy2(path, partial / path.name)
    files = _attachments(folder.attachments, partial / folder.attachments.name)
    report = fsck(partial, progress, backup=True)
    if not report.ok:
        raise VerificationError(f"the copy does not hold: {report}", where=str(partial), do="Run: sarhad fsck")
    with Ledger.open_readonly(partial) as reader:
        entries = reader.size(reader.log)
    _sync(partial)
    partial.replace(target)
    _sync_folder(target.parent)
    last = LastCopy(at_us=system_clock(), place=str(target.resolve()), entries=entries, files=files)
    folder.last_copy.write_bytes(msgspec.json.encode(last))
    return Copied(entries, files)


def last_copy(folder: NodeFolder) -> LastCopy | None:
    """What is remembered of the last backup, None when there was none."""
    try:
        return msgspec.json.decode(folder.last_copy.read_bytes(), type=LastCopy)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def _database(source: Path, target: Path, progress: Progress = lambda _done, _total: None) -> None:
    """Copy one SQLite file as it is at one moment, while others write."""
    if not source.exists():
        return
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.execute("PRAGMA busy_timeout=5000")
        here.execute("BEGIN")  # one state for the whole copy: a busy writer cannot make it begin anew for ever
        here.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        here.backup(there, pages=_PAGES, progress=lambda _status, left, total: progress(total - left, total))


def _attachments(source: Path, target: Path) -> int:
    """Copy the files that are whole, and compare each with its name; return how many."""
    target.mkdir(mode=0o700)
    copied = 0
    for path in sorted(source.iterdir()) if source.is_dir() else ():
        if len(path.name) != 64 or not path.is_file():
            continue  # a file that is still coming
        shutil.copy2(path, target / path.name)
        with (target / path.name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
                raise VerificationError("an attachment has another content than its name says", where=path.name)
        copied += 1
    return copied


def _sync(folder: Path) -> None:
    """Make everything in a folder durable."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def main(root: Path, target: Path) -> str:
    """``sarhad backup``; returns what to print."""
    made = back_up(root, target)
    return (
        f"Copied to {target} and checked: {made.entries} entries of our log, {made.files} files. "
        "Not in it, on purpose: the keys and the guard."
    )
