"""A change of keys in the ledger: what is written with it, and what the old keys must sign before they go.

A partner that was away catches up in pushes, and each push ends in a checkpoint that is
signed by the keys it knows.  Below a change of keys pushes therefore end at sizes on a
grid, where the old keys have signed beforehand: afterwards nobody could.
"""

from __future__ import annotations

from sarhad.ledger.checkpoint import signature_of
from sarhad.ledger.held import Held
from sarhad.ledger.model import Identity
from sarhad.ledger.own import Own
from sarhad.ledger.reading import GRID
from sarhad.ledger.store import OWN, Reading, StoredCheckpoint, StoredLine, Writing, since_key
from sarhad.ledger.writer import Writer

_AT_ONCE = 2_000


def write_identity(writing: Writing, held: Held, identity: Identity, since: int) -> None:
    """Add the newest identity of a log, and from which size on its keys sign."""
    writing.add_identity(held.no, identity)
    writing.put_state(since_key(held.log, len(held.identities)), str(since).encode())


def presign(held: Held, store: Reading, writer: Writer, own: Own) -> None:
    """Sign and timestamp our checkpoints on the grid that are missing, with the keys that are about to go."""
    missing: list[tuple[StoredCheckpoint, StoredLine]] = []
    first = -(-max(held.since[-1], 1) // GRID) * GRID
    for size in range(first, held.frontier.size + 1, GRID):
        signed, line = store.checkpoint(OWN, size), store.line(OWN, size, held.log)
        if signed is None or line is None:
            at = held.checkpoint(size)
            signed = signed or StoredCheckpoint(size, at.root, signature_of(at, own.log_secret))
            missing.append((signed, line or own.timestamp_line(at)))
    for start in range(0, len(missing), _AT_ONCE):
        _keep(writer, missing[start : start + _AT_ONCE])


def _keep(writer: Writer, found: list[tuple[StoredCheckpoint, StoredLine]]) -> None:
    def write(writing: Writing) -> None:
        for signed, line in found:
            writing.add_checkpoint(OWN, signed)
            writing.add_line(OWN, line)

    writer.run(write)
