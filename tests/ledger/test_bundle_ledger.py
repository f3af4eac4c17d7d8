"""A bundle written from a real ledger, while its keys rotate and its node runs."""

from __future__ import annotations

from pathlib import Path

from ledger.bundle_maker import T0, manifest_of, secret
from sarhad.ledger.bundle import verify_bundle, write_bundle
from sarhad.ledger.ledger import Draft, Identity, Ledger, Opening
from sarhad.wire import envelope, record, values
from sarhad.wire.fingerprint import fingerprint
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Note, Warn
from sarhad.wire.registry import Data


class Node:
    """A party with a ledger on disk and a clock that the test sets."""

    def __init__(self, folder: Path, party: str) -> None:
        self.party, self.now = party, T0
        self.log_key, self.witness_key = secret(f"{party} log"), secret(f"{party} witness")
        self.manifest = self.body(self.manifest_data())
        self.ledger = Ledger.create(
            folder / party, Identity.from_manifest(self.manifest), self.log_key, self.witness_key, self.clock
        )
        self.append(self.manifest)

    def clock(self) -> int:
        return self.now * 1_000_000

    def manifest_data(self) -> Data:
        return manifest_of(self.party, self.party, f"sarhad.example/{self.party}", self.log_key, self.witness_key)

    def body(self, data: Data) -> bytes:
        seen = self.ledger.seen() if hasattr(self, "ledger") else ()
        return record.write(party=self.party, by="duty.a", at=self.clock(), data=data, release=values.JOINT, seen=seen)

    def append(self, body: bytes, key: SecretKey | None = None) -> int:
        return self.ledger.append([Draft(body, envelope.sign_body(key or self.log_key, body))])[0]

    def say(self, data: Data) -> int:
        body = self.body(data)
        signature = envelope.sign_body(self.log_key, body) if data.kind_info.act else None
        return self.ledger.append([Draft(body, signature)])[0]


def send(sender: Node, receiver: Node, now: int) -> None:
    """Everything new crosses, opened, and the countersignature comes back."""
    sender.now = receiver.now = now
    note = sender.ledger.checkpoint()
    if sender.party not in {identity.log for identity in receiver.ledger.logs()}:
        receiver.ledger.add_log(Identity.from_manifest(sender.manifest))
    start, size = receiver.ledger.size(sender.party), sender.ledger.size(sender.party)
    entries = list(sender.ledger.entries(sender.party, start, size))
    openings = [Opening(e.seq, e.salt or b"", e.body or b"", e.signature) for e in entries]
    extended = receiver.ledger.extend(sender.party, start, b"".join(e.commitment for e in entries), openings, note)
    if receiver.party in {identity.log for identity in sender.ledger.logs()}:
        given = extended.countersignature
        sender.ledger.add_countersignature(sender.party, given.size, given.line, receiver.party)


def test_a_bundle_of_a_real_ledger_verifies(tmp_path: Path) -> None:
    ir, pk = Node(tmp_path, "ir"), Node(tmp_path, "pk")
    send(ir, pk, T0)
    send(pk, ir, T0 + 1)
    ir.now = T0 + 10
    warning = ir.say(Warn(to="pk", urgency="flash", text=values.Words(lang="en", text="A real one")))
    ir.say(Note(text=values.Words(lang="fa", text="یادداشت")))
    send(ir, pk, T0 + 12)
    pk.say(Note(text=values.Words(lang="ur", text="نوٹ")))
    send(pk, ir, T0 + 13)
    for node in (ir, pk):
        wanted = {"ir": range(3), "pk": range(2)}
        path = tmp_path / f"{node.party}.zip"
        with Ledger.open_readonly(tmp_path / node.party) as reading:
            written = write_bundle(path, reading, wanted, audience="everybody")
        assert (written.records, written.withheld) == (5, 0)
        verdict = verify_bundle(path, pinned={"ir": fingerprint(ir.manifest), "pk": fingerprint(pk.manifest)})
        assert verdict.ok, verdict.problems
        row = next(row for row in verdict.rows if row.ref == f"ir:{warning}")
        assert (row.not_before_s, row.not_after_s) == (T0 + 1, T0 + 12)
        verdict.close()
    ir.ledger.close()
    pk.ledger.close()


def test_keys_rotated_in_the_ledger_verify_in_the_bundle(tmp_path: Path) -> None:
    ir = Node(tmp_path, "ir")
    first, old = ir.manifest, ir.log_key
    ir.say(Warn(to="pk", urgency="flash", text=values.Words(lang="en", text="Old key")))
    ir.ledger.checkpoint()
    ir.log_key, ir.witness_key = secret("ir log 2"), secret("ir witness 2")
    body = ir.body(ir.manifest_data())
    ir.append(body, old)
    ir.ledger.checkpoint()
    ir.ledger.rotate(Identity.from_manifest(body), ir.log_key, ir.witness_key)
    ir.say(Warn(to="pk", urgency="flash", text=values.Words(lang="en", text="New key")))
    ir.now = T0 + 100
    ir.ledger.checkpoint()
    write_bundle(tmp_path / "b.zip", ir.ledger, {"ir": range(4)}, audience="")
    verdict = verify_bundle(tmp_path / "b.zip", pinned={"ir": fingerprint(first)})
    assert verdict.ok, verdict.problems
    assert [row.kind for row in verdict.rows] == ["manifest", "warning", "manifest", "warning"]
    verdict.close()
    ir.ledger.close()
