"""A ledger's folder: its files, its beginning, and its lock."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sarhad.ledger.errors import Locked
from sarhad.ledger.model import Identity
from sarhad.ledger.store import OWN, Store
from sarhad.wire.errors import SarhadError

STORE_FILE = "ledger.sqlite"
GUARD_FILE = "guard.sqlite"
LOCK_FILE = "lock"


def must_exist(folder: Path, name: str) -> None:
    """Raise SarhadError unless the file is there."""
    if not (folder / name).is_file():
        raise SarhadError(f"there is no {name}", where=str(folder), do="Name the node's folder, or create a ledger")


def begin(store: Store, identity: Identity, folder: Path) -> None:
    """Make the own log in an empty store; a creation that stopped half way is taken up again."""
    held = store.logs()
    if len(held) == 1 and held[0].identities == (identity,) and store.size(OWN) == 0:
        return
    if held:
        raise SarhadError("there is a ledger here already", where=str(folder), do="Name another folder")
    with store.write() as writing:
        writing.add_log(identity)


def lock(folder: Path) -> int:
    """Take the folder's lock for this process; raise Locked.  The operating system frees it when we die."""
    handle = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise Locked("another process writes here", where=str(folder), do="Stop the node that runs there") from error
    return handle
