"""Two fictional parties on paper: logs kept in lists, so that a test can tell the truth or lie in any place.

Everything is made with the plain formulas of the formats, not with the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sarhad.ledger import checkpoint as checkpoints
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.ledger.cosignature import Countersignature, cosign, open_cosignature
from sarhad.ledger.model import Entry, Identity
from sarhad.wire import envelope, record, values
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Agreement, Clock, Manifest, Receipt, Terms
from sarhad.wire.registry import Data

T0 = 1_900_000_000
"""Seconds; a day far from any real one."""


def secret(name: str) -> SecretKey:
    """A key that is the same in every run."""
    return SecretKey(hashlib.sha256(name.encode()).digest())


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\1" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(seq: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if seq < k:
        return [*naive_path(seq, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(seq - k, leaves[k:]), naive_root(leaves[:k])]


def split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def manifest_of(party: str, log: str, origin: str, log_key: SecretKey, witness_key: SecretKey) -> Manifest:
    return Manifest(
        log=log,
        origin=origin,
        names=values.Names(en=f"Fictional authority {party}"),
        country="IR" if party == "ir" else "PK",
        zone="Asia/Tehran" if party == "ir" else "Asia/Karachi",
        log_key=log_key.public.hex(),
        witness_key=witness_key.public.hex(),
        tls_cert="AA==",
        endpoint=f"https://{party}.example:8443",
    )


@dataclass
class PaperLog:
    """One party's log and its keys."""

    log: str
    party: str
    log_key: SecretKey
    witness_key: SecretKey
    entries: list[Entry] = field(default_factory=list)
    signed: dict[int, Checkpoint] = field(default_factory=dict)
    lines: list[Countersignature] = field(default_factory=list)
    signers: dict[int, SecretKey] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"sarhad.example/{self.log}"

    def append(self, body: bytes, signature: bytes | None = None) -> str:
        seq = len(self.entries)
        salt = hashlib.sha256(f"{self.log}:{seq}".encode()).digest()
        commitment = envelope.commit(envelope.commitment_head(self.origin), seq, salt, body)
        self.entries.append(Entry(seq, commitment, salt, body, signature))
        return f"{self.log}:{seq}"

    def checkpoint(self) -> Checkpoint:
        size = len(self.entries)
        if size not in self.signed:
            self.signed[size] = Checkpoint(self.origin, size, naive_root([e.commitment for e in self.entries]))
            self.signers[size] = self.log_key
        return self.signed[size]


class Paper:
    """The logs of some parties as the node of ``log`` holds them: a bundle can be written from it."""

    def __init__(self, *parties: str, log: str = "pk") -> None:
        self.log = log
        self.held = {p: PaperLog(p, p, secret(f"{p} log"), secret(f"{p} witness")) for p in parties or ("ir", "pk")}
        for name in self.held:
            self.say(name, self.manifest(name), at=T0 - 1000, seen=False)

    def manifest(self, name: str) -> Manifest:
        held = self.held[name]
        return manifest_of(held.party, name, held.origin, held.log_key, held.witness_key)

    def say(
        self,
        log: str,
        data: Data,
        *,
        at: int,
        by: str = "duty.east",
        seen: bool = True,
        exercise: str | None = None,
        key: SecretKey | None = None,
    ) -> str:
        """Append a record at ``at`` seconds; cite the partners' newest published checkpoints when ``seen``."""
        held = self.held[log]
        cited = []
        for other in self.held.values():
            if seen and other.party != held.party and other.signed:
                newest = other.signed[max(other.signed)]
                cited.append(values.Seen(log=other.log, size=newest.size, root=newest.root.hex()))
        body = record.write(
            party=held.party,
            by=by,
            at=at * 1_000_000,
            data=data,
            release=values.JOINT,
            seen=tuple(cited),
            exercise=exercise,
        )
        signature = envelope.sign_body(key or held.log_key, body) if data.kind_info.act else None
        return held.append(body, signature)

    def receipt(
        self,
        log: str,
        step: Literal["delivered", "seen", "acknowledged"],
        refs: Sequence[str],
        *,
        at: int,
        by: str = "duty.west",
    ) -> str:
        cited = refs[0].partition(":")[0]
        seqs = sorted(int(ref.partition(":")[2]) for ref in refs)
        spans = tuple((seq, seq) for seq in seqs)
        return self.say(log, Receipt(log=cited, step=step, spans=spans), at=at, by=by)

    def agree(self, *, at: int, acknowledge_s: int = 300, answer_s: int = 3600) -> None:
        """Both parties sign the same terms, each in its own log."""
        terms = Terms(
            title=values.Names(en="Fictional terms"),
            parties=tuple(sorted({held.party for held in self.held.values()})),
            clocks=tuple(
                Clock(urgency=u, acknowledge_s=acknowledge_s, answer_s=answer_s)
                for u in ("flash", "immediate", "priority", "routine")
            ),
            notice_distance_m=4_000,
            purpose=values.Words(lang="en", text="A drill on paper"),
            retention_days=365,
        )
        for log in self.held:
            self.say(log, Agreement(terms=terms), at=at, by="commander")

    def publish(self, log: str, at: int) -> None:
        """Sign the log's checkpoint now, with its own timestamp."""
        self.countersign(log, log, at)

    def countersign(self, log: str, by: str, at: int) -> None:
        held, witness = self.held[log], self.held[by]
        checkpoint = held.checkpoint()
        name = f"{witness.origin}/witness"
        line = cosign(checkpoint, name, witness.witness_key, at)
        time_s = open_cosignature(checkpoint, line, name, witness.witness_key.public)
        held.lines.append(Countersignature(log, checkpoint.size, checkpoint.root, by, time_s, line))

    def exchange(self, log: str, by: str, at: int) -> None:
        """Publish, and let the partner countersign, in the same second."""
        self.publish(log, at)
        self.countersign(log, by, at)

    # what a bundle is written from

    def logs(self) -> list[Identity]:
        return [
            Identity(
                party=held.party,
                log=held.log,
                origin=held.origin,
                log_key=held.log_key.public,
                witness_key=held.witness_key.public,
                manifest=held.entries[0].body or b"",
            )
            for held in self.held.values()
        ]

    def newest_checkpoint(self, log: str) -> bytes | None:
        held = self.held[log]
        return self.note(log, max(held.signed)) if held.signed else None

    def note(self, log: str, size: int) -> bytes | None:
        held = self.held[log]
        if size not in held.signed:
            return None
        note = checkpoints.sign(held.signed[size], held.signers[size])
        return note + "".join(c.line for c in held.lines if c.size == size).encode()

    def entries(self, log: str, start: int, end: int) -> Iterator[Entry]:
        yield from self.held[log].entries[start:end]

    def inclusion(self, log: str, seq: int, size: int) -> list[bytes]:
        return naive_path(seq, [e.commitment for e in self.held[log].entries[:size]])

    def countersignatures(self, log: str, since_size: int = 0) -> Iterator[Countersignature]:
        yield from sorted((c for c in self.held[log].lines if c.size >= since_size), key=lambda c: c.size)
