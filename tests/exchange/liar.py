"""A partner that lies: it holds real keys and a real certificate, and says what it likes."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import aiohttp

from exchange.world import Keys, Node
from sarhad.exchange import messages, tls
from sarhad.exchange.messages import Problem, Push, PushReply, Shown, Testimony
from sarhad.ledger import checkpoint as checkpoints
from sarhad.ledger import cosignature, merkle
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.wire import envelope, record
from sarhad.wire.kinds import Note
from sarhad.wire.registry import Data
from sarhad.wire.values import JOINT, Release, Words


@dataclass(frozen=True)
class Said:
    """An entry of the liar's log: what it shows for it, if it shows anything."""

    salt: bytes
    body: bytes
    signature: bytes | None
    commitment: bytes


@dataclass
class History:
    """One version of the liar's log; ``fork`` begins another."""

    keys: Keys
    said: list[Said] = field(default_factory=list)

    def say(self, body: bytes, signature: bytes | None = None, *, salt: bytes | None = None) -> int:
        """Append any bytes; returns their sequence number."""
        seq, salt = len(self.said), salt or os.urandom(32)
        head = envelope.commitment_head(self.keys.identity.origin)
        self.said.append(Said(salt, body, signature, envelope.commit(head, seq, salt, body)))
        return seq

    def note(self, text: str, release: Release = JOINT, at: int = 1_700_000_000_000_000) -> int:
        return self.say(self.body(Note(text=Words(lang="en", text=text)), release, at))

    def act(self, data: Data, release: Release = JOINT) -> int:
        body = self.body(data, release)
        return self.say(body, envelope.sign_body(self.keys.log, body))

    def body(self, data: Data, release: Release = JOINT, at: int = 1_700_000_000_000_000) -> bytes:
        return record.write(party=self.keys.party, by="duty.desk", at=at, data=data, release=release)

    def fork(self, size: int) -> History:
        return History(self.keys, self.said[:size])

    def root(self, size: int | None = None) -> bytes:
        leaves = [merkle.leaf_hash(one.commitment) for one in self.said[:size]]
        return naive_root(leaves)

    def checkpoint(self, size: int | None = None, *, root: bytes | None = None, origin: str = "") -> bytes:
        """Sign a checkpoint of this history, true or not."""
        size = len(self.said) if size is None else size
        at = Checkpoint(origin or self.keys.identity.origin, size, root or self.root(size))
        return checkpoints.sign(at, self.keys.log) + self.timestamp(at).encode()

    def timestamp(self, at: Checkpoint) -> str:
        return cosignature.cosign(at, self.keys.identity.witness_name, self.keys.witness, 1_700_000_000)

    def shown(self, seqs: Iterable[int]) -> list[Shown]:
        return [Shown(seq, self.said[seq].salt, self.said[seq].body, self.said[seq].signature) for seq in seqs]

    def push(self, start: int, end: int | None = None, *, opened: Sequence[int] | None = None) -> Push:
        """An honest push of this history; a test changes what it wants to lie about."""
        end = len(self.said) if end is None else end
        seqs = range(start, end) if opened is None else opened
        return Push(
            v=1,
            log=self.keys.party,
            start=start,
            commitments=b"".join(one.commitment for one in self.said[start:end]),
            openings=self.shown(seqs),
            disclosures=[],
            checkpoint=self.checkpoint(end),
            sent_at=1_700_000_000_000_000,
        )


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, as it is written there."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return merkle.node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


class Liar:
    """Calls a node with its own certificate (or a given one) and tells what came back."""

    def __init__(self, keys: Keys, victim: Node, *, context: ssl.SSLContext | None = None) -> None:
        self.keys = keys
        self.history = History(keys)
        self.history.say(keys.manifest, keys.signature)
        self._base = f"https://127.0.0.1:{victim.port}"
        der = tls.read_certificate(victim.keys.certificate)
        self._context = context or tls.client_context(keys.certificate, keys.tls_key, der)

    async def send(self, push: Push) -> PushReply | Problem:
        status, body = await self.post("/exchange/v1/push", messages.encode(push))
        return messages.decode(body, PushReply) if status == 200 else messages.decode(body, Problem)

    async def post(self, path: str, body: object) -> tuple[int, bytes]:
        connector = aiohttp.TCPConnector(ssl=self._context)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.post(self._base + path, data=body) as response,
        ):
            return response.status, await response.read()

    async def get(self, path: str) -> tuple[int, bytes]:
        connector = aiohttp.TCPConnector(ssl=self._context)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.get(self._base + path) as response,
        ):
            return response.status, await response.read()

    def testimony(self, log: str, at: Checkpoint, size: int) -> Testimony:
        line = cosignature.cosign(at, self.keys.identity.witness_name, self.keys.witness, 1_700_000_000)
        return Testimony(log, size, self.keys.party, line)
