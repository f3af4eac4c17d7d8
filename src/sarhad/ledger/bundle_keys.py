"""Whose keys: what the bundle says each log's keys are, checked against the signed manifests.

``keys/<log>.json`` lists every manifest of a log.  It is read first, as a claim, so
that countersignatures can be checked in one pass; the pass itself then compares it,
manifest by manifest, with the records, each of which the key before it has signed.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from sarhad.ledger import note as notes
from sarhad.ledger.bundle_format import KeyLine, Keys
from sarhad.ledger.checkpoint import Checkpoint, open_note
from sarhad.ledger.cosignature import open_cosignature, verifier_key
from sarhad.wire.errors import VerificationError
from sarhad.wire.ids import party_of
from sarhad.wire.keys import PublicKey


@dataclass(frozen=True, slots=True)
class Held:
    """The keys that a manifest in entry ``seq`` names."""

    seq: int
    log_key: PublicKey
    witness_key: PublicKey


@dataclass(slots=True)
class LogKeys:
    """A log's keys, first manifest first.  ``seen`` counts the manifests met so far; the log's one reader writes it."""

    log: str
    origin: str
    held: list[Held]
    seen: int = 0

    def candidates(self, seq: int, floor: int) -> range:
        """Indexes in ``held`` of the keys that may sign entry (or size) ``seq``, newest first.

        The keys of a manifest hold after its entry (the first signs itself).  The key
        before goes on until the newer one has signed something: ``floor`` is the index
        of the newest that has, and nothing below it may sign again.
        """
        newest = max(0, bisect_left(self.held, seq, key=lambda held: held.seq) - 1)
        return range(newest, min(floor, newest) - 1, -1)

    def meet(self, seq: int, log_key: str, witness_key: str) -> None:
        """Compare the next signed manifest with what was claimed; raise VerificationError."""
        if self.seen >= len(self.held):
            raise VerificationError("a manifest that the key file does not list")
        held = self.held[self.seen]
        if (held.seq, held.log_key.hex(), held.witness_key.hex()) != (seq, log_key, witness_key):
            raise VerificationError("the key file does not say what the signed manifest says")
        self.seen += 1


@dataclass(frozen=True, slots=True)
class Countersigner:
    """Who countersigned, and when (seconds UTC)."""

    by: str
    time_s: int


@dataclass(slots=True)
class KeyRing:
    """The keys of every log in the bundle, and of its parties as witnesses.  Filled before the pass."""

    logs: dict[str, LogKeys] = field(default_factory=dict)
    witnesses: dict[str, tuple[str, dict[bytes, PublicKey]]] = field(default_factory=dict)
    owners: dict[PublicKey, str] = field(default_factory=dict)

    def add(self, keys: Keys) -> None:
        """Take one log's key file; raise VerificationError when it contradicts itself or another's."""
        if party_of(keys.log) != keys.party:
            raise VerificationError(f"the log {keys.log} is not the party {keys.party!r}'s")
        if [line.seq for line in keys.keys] != sorted({line.seq for line in keys.keys}) or keys.keys[0].seq != 0:
            raise VerificationError("the manifests are not in ascending order from entry 0")
        held = [_held(line) for line in keys.keys]
        name = f"{keys.origin}/witness"
        if name in self.witnesses or any(other.origin == keys.origin for other in self.logs.values()):
            raise VerificationError(f"two logs have the origin {keys.origin!r}")
        ids = {notes.key_id(name, notes.COSIGNATURE, h.witness_key.raw): h.witness_key for h in held}
        if len(ids) != len({h.witness_key for h in held}):
            raise VerificationError("two witness keys with the same id")
        for key in {h.witness_key for h in held} | {h.log_key for h in held}:
            if self.owners.setdefault(key, keys.party) != keys.party:
                raise VerificationError("the same key stands for two parties")
        if {h.witness_key for h in held} & {h.log_key for h in held}:
            raise VerificationError("one key in two roles")
        self.logs[keys.log] = LogKeys(keys.log, keys.origin, held)
        self.witnesses[name] = (keys.log, ids)

    def open(self, log: str, raw: bytes, floor: int = 0) -> tuple[Checkpoint, list[Countersigner], int]:
        """Verify a checkpoint of ``log`` and every signature line on it; raise VerificationError.

        Returns the index of the log's key that signed, too (see LogKeys.candidates).
        A line by a key that the bundle does not hold is refused: nobody could say what it proves.
        """
        keys = self.logs[log]
        note = notes.parse(raw)
        if notes.serialise(note) != raw:
            raise VerificationError("the note is not in its one form")
        first, rest = note.signatures[0], note.signatures[1:]
        if first.name != keys.origin:
            raise VerificationError("the first signature is not the log's")
        for index in keys.candidates(_claimed_size(note.text), floor):
            log_key = keys.held[index].log_key
            if first.key_id == notes.key_id(keys.origin, notes.ED25519, log_key.raw):
                break
        else:
            raise VerificationError("the checkpoint is not signed by a key of the log that was in force")
        checkpoint, _ = open_note(note, keys.origin, log_key)
        return checkpoint, [self._countersigner(checkpoint, signature) for signature in rest], index

    def _countersigner(self, checkpoint: Checkpoint, signature: notes.Signature) -> Countersigner:
        by, keys = self.witnesses.get(signature.name, ("", {}))
        key = keys.get(signature.key_id)
        if key is None:
            raise VerificationError(f"a countersignature of {signature.name[:80]!r}: the bundle does not hold that key")
        time_s = open_cosignature(checkpoint, notes.line(signature), signature.name, key)
        return Countersigner(by, time_s)

    def policy(self, log: str) -> bytes:
        """Return the C2SP tlog-policy for this log: any one partner's countersignature is enough."""
        origin = self.logs[log].origin
        lines = [f"log {notes.verifier_key(origin, notes.ED25519, key.raw)}" for key in self._log_keys(log)]
        names: list[str] = []
        for name, (by, keys) in sorted(self.witnesses.items()):
            if party_of(by) == party_of(log):
                continue
            for key in dict.fromkeys(keys.values()):
                names.append(f"{by}-{len(names) + 1}")
                lines.append(f"witness {names[-1]} {verifier_key(name, key)}")
        if names:
            lines.append(f"group partners any {' '.join(names)}")
        lines.append(f"quorum {'partners' if names else 'none'}")
        return ("\n".join(lines) + "\n").encode()

    def _log_keys(self, log: str) -> list[PublicKey]:
        return list(dict.fromkeys(held.log_key for held in self.logs[log].held))


def _held(line: KeyLine) -> Held:
    return Held(line.seq, PublicKey.from_hex(line.log_key), PublicKey.from_hex(line.witness_key))


def _claimed_size(text: str) -> int:
    """Read the size line before the signature is checked, only to choose the key that must have signed it."""
    lines = text.split("\n")
    if len(lines) < 2 or not lines[1].isascii() or not lines[1].isdigit() or len(lines[1]) > 16:
        raise VerificationError("a checkpoint has a size line")
    return int(lines[1])
