"""A log in memory: its identities, its frontier, and what we countersigned of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from sarhad.ledger import cosignature
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.ledger.errors import Damaged, Frozen
from sarhad.ledger.model import Identity
from sarhad.ledger.store import OWN, Head, Reading, StoredCheckpoint, StoredLog, since_key
from sarhad.ledger.tree import EMPTY, TILE_BYTES, Frontier, Tree, restore
from sarhad.wire import canonical, envelope, values
from sarhad.wire.errors import VerificationError
from sarhad.wire.keys import PublicKey

CACHED_TILES = 2048
GRACE_S = 300
"""How long after a change of keys a countersignature by the older witness key may still be dated."""


class TileCache:
    """Recently read full tiles of all logs, at most ``CACHED_TILES`` (16 KiB each).

    ``_tiles`` is used under ``_lock``: any thread reads proofs.  Full tiles never
    change, so nothing in it is ever stale.
    """

    def __init__(self, store: Reading) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._tiles: OrderedDict[tuple[int, int, int], bytes] = OrderedDict()

    def of(self, no: int) -> Callable[[int, int], bytes]:
        """Return the tile source of log ``no``; it raises Damaged when a tile is missing."""

        def tile(level: int, index: int) -> bytes:
            key = (no, level, index)
            with self._lock:
                nodes = self._tiles.get(key)
                if nodes is not None:
                    self._tiles.move_to_end(key)
                    return nodes
            nodes = self._store.tile(no, level, index)
            if nodes is None or len(nodes) != TILE_BYTES:
                raise Damaged("a tile is missing or short", where=f"log {no}, tile {level}/{index}")
            with self._lock:
                self._tiles[key] = nodes
                if len(self._tiles) > CACHED_TILES:
                    self._tiles.popitem(last=False)
            return nodes

        return tile


class Held:
    """One log.

    ``frontier`` and ``cosigned`` are immutable values, replaced only after what they say
    is durable: by the writer thread for the own log, by the thread that holds ``growing``
    for a partner's.  Any thread may read them without a lock.
    ``identities`` (newest last), ``since``, ``frozen`` and ``evidence`` are replaced under ``growing``.
    ``since``: for each identity, the smallest size whose checkpoint its keys sign.
    ``stale`` is True after a write whose outcome is unknown; read and written under ``growing``.
    ``seen`` is replaced together with the frontier of a partner's log.
    """

    def __init__(self, stored: StoredLog, source: Callable[[int, int], bytes]) -> None:
        self.no = stored.no
        self.identities = stored.identities
        self.since: tuple[int, ...] = (0,) * len(stored.identities)
        self.frozen = stored.frozen
        self.evidence = stored.evidence
        self.source = source
        self.growing = threading.RLock()
        self.frontier = EMPTY
        self.cosigned: Head | None = None
        self.stale = False
        self.seen: values.Seen | None = None
        self.head = envelope.commitment_head(self.identity.origin)

    @property
    def identity(self) -> Identity:
        """The newest identity."""
        return self.identities[-1]

    def identity_at(self, size: int) -> Identity:
        """The identity whose keys sign the checkpoint at ``size``, and acts at entry ``size`` - 1."""
        if self.since[-1] <= size:  # nearly every entry is asked about under the keys of now
            return self.identities[-1]
        held = zip(reversed(self.identities), reversed(self.since), strict=True)
        return next((identity for identity, since in held if since <= size), self.identities[0])

    def changed(self, identity: Identity, since: int) -> None:
        """Take over a change of keys that is durable."""
        self.identities, self.since = (*self.identities, identity), (*self.since, since)

    @property
    def log(self) -> str:
        """The log's name."""
        return self.identity.log

    def tree(self) -> Tree:
        """The tree as it is durable now."""
        return Tree(self.frontier, self.source)

    def checkpoint(self, size: int) -> Checkpoint:
        """Our own view of the log at ``size``, as a checkpoint."""
        return Checkpoint(self.identity.origin, size, self.tree().root(size))

    def grown(self, frontier: Frontier) -> None:
        """Take over a frontier that is durable."""
        self.frontier = frontier
        if self.no != OWN and frontier.size:
            self.seen = values.Seen(log=self.log, size=frontier.size, root=frontier.root().hex())

    def load(self, store: Reading) -> None:
        """Rebuild the frontier from the store; raise Damaged when it is not what was signed."""
        size = store.size(self.no)
        frontier = restore(
            size,
            lambda start, end: store.commitments(self.no, start, end),
            lambda level, start, end: store.tile_roots(self.no, level, start, end),
        )
        signed = store.checkpoint(self.no, size)
        if (signed is None and size) or (signed is not None and signed.root != frontier.root()):
            raise Damaged(f"the tree of {size} entries is not the one that was signed", where=self.log)
        self.since = tuple(int(store.state(since_key(self.log, number)) or 0) for number in range(len(self.identities)))
        self.grown(frontier)
        self.stale = False

    def key_of(self, stored: StoredCheckpoint) -> PublicKey:
        """Return the log key, of those that the log ever had, that signed a stored checkpoint."""
        if len(self.identities) == 1:
            return self.identity.log_key
        message = Checkpoint(self.identity.origin, stored.size, stored.root).text().encode()
        for identity in reversed(self.identities):
            try:
                identity.log_key.verify(message, stored.signature)
            except VerificationError:
                continue
            return identity.log_key
        raise Damaged(f"no key of the log signed the checkpoint at {stored.size}", where=self.log)

    def open_line(self, at: Checkpoint, line: str) -> int:
        """Return the time (s) of a countersignature by this log's party on ``at``; raise VerificationError.

        An older witness key counts for times before it was replaced only: who steals it
        later cannot sign for today.
        """
        failure = VerificationError("not a countersignature by any key of the party", where=self.log)
        for number in reversed(range(len(self.identities))):
            identity = self.identities[number]
            try:
                time_s = cosignature.open_cosignature(at, line, identity.witness_name, identity.witness_key)
            except VerificationError as error:
                failure = failure if number + 1 < len(self.identities) else error
                continue
            if number + 1 < len(self.identities) and time_s > _replaced_s(self.identities[number:]) + GRACE_S:
                raise VerificationError("the witness key had been replaced at that time", where=self.log)
            return time_s
        raise failure

    def refuse_if_frozen(self) -> None:
        """Raise Frozen if the log is frozen."""
        if self.frozen:
            raise Frozen(self.log, self.frozen, self.evidence)


def _replaced_s(identities: tuple[Identity, ...]) -> int:
    """When (s) the first identity's witness key was replaced, as the manifest that replaced it says."""
    first = identities[0].witness_key
    manifest = next((one.manifest for one in identities if one.witness_key != first), b"")
    said = canonical.decode(manifest) if manifest else {}
    at = said.get("at") if isinstance(said, dict) else None
    return at // 1_000_000 if isinstance(at, int) else 2**62
