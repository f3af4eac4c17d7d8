"""A partner's change of keys, certificate or address: read from its log, and from nowhere else.

A new manifest is an entry that the keys until then have signed and committed to, and it
ends the push that brings it.  It counts for what comes after it, never for the message
that it came in.  Taking it over is repeated after a crash: until it is done nothing
signed by the new keys is accepted, so the manifest is still the last entry that is held.
"""

from __future__ import annotations

from sarhad.exchange.invitation import open_manifest
from sarhad.exchange.messages import Push
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Identity, Opening
from sarhad.wire import record
from sarhad.wire.errors import VerificationError
from sarhad.wire.kinds import Manifest

MANIFEST_MARK = b'"kind":"manifest"'


def is_manifest(log: str, seq: int, body: bytes) -> bool:
    """Tell whether an entry's content is a manifest (a text may hold the mark too)."""
    return MANIFEST_MARK in body and isinstance(record.read(log, seq, body).data, Manifest)


def refuse_manifest_within(push: Push) -> None:
    """Raise VerificationError when a manifest after the first entry is not the last of its push."""
    for one in push.openings:
        within = MANIFEST_MARK in one.body and 0 < one.seq != push.end - 1
        if within and _readable_manifest(push.log, one.seq, one.body):
            raise VerificationError("a manifest ends the push that brings it", where=f"{push.log}:{one.seq}")


def _readable_manifest(log: str, seq: int, body: bytes) -> bool:
    try:
        return is_manifest(log, seq, body)
    except VerificationError:
        return False  # refused for what it is, where contents are judged


def manifest_fault(ledger: Ledger, log: str, opening: Opening) -> str:
    """Return why a manifest in a partner's log must not be used; "" for one that may, and for all else.

    That the party's keys until then signed it is judged where every content is.
    """
    if MANIFEST_MARK not in opening.body or opening.seq == 0 or not _readable_manifest(log, opening.seq, opening.body):
        return ""
    try:
        party, manifest = open_manifest(opening.body)
        new = Identity.from_manifest(opening.body)
    except VerificationError as error:
        return error.what[:300]
    held = ledger.identity_of(log)
    if (new.log, new.origin) != (held.log, held.origin):
        return "a change of keys keeps the log and its origin"
    if manifest.previous is not None:
        return "a change of keys pins no older log"
    for other in ledger.logs():
        if other.party == party or not other.manifest:
            continue
        theirs = open_manifest(other.manifest)[1]
        if manifest.tls_cert == theirs.tls_cert or {new.log_key, new.witness_key} & {other.log_key, other.witness_key}:
            return f"a key or certificate of {other.party}"
    return ""


def adopt(ledger: Ledger, log: str) -> bool:
    """Take over the keys of the manifest that is the last entry held of a partner's log, if it is one; idempotent."""
    size = ledger.size(log)
    last = ledger.entry(log, size - 1) if size > 1 else None
    if last is None or last.body is None or last.refused or not is_manifest(log, last.seq, last.body):
        return False
    if ledger.identity_of(log).manifest == last.body:
        return False
    new, old = open_manifest(last.body), open_manifest(ledger.identity_of(log).manifest)
    if new[1].endpoint != old[1].endpoint:
        ledger.put_state(endpoint_key(new[0]), None)  # what an invitation said instead is out of date
    ledger.rotate(Identity.from_manifest(last.body))
    return True


def endpoint_key(party: str) -> str:
    """The small state that says where a partner is reached, where that is not what its manifest says."""
    return f"exchange/endpoint/{party}"
