"""Which records go into a bundle: chosen by who is to read it, never by what the zip can hold.

``own``: everything that this node holds, for its own party's eyes.  ``public``: what its
author released to anyone.  A party's name: its own records, and what every author
released to it.  Receipts on a chosen record go along whoever they were addressed to: they
hold nothing but which entries were delivered, seen, acknowledged, and they are the proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sarhad.desk import Desk
from sarhad.ledger.ledger import Ledger
from sarhad.picture.views import RecordView
from sarhad.wire.errors import SarhadError
from sarhad.wire.ids import parse_ref

OWN, PUBLIC = "own", "public"


def select(ledger: Ledger, desk: Desk, audience: str, refs: Sequence[str] = ()) -> dict[str, list[int]]:
    """Return the entries to open by log, ascending; only records whose content is held and in use.

    ``refs`` narrows it to those records, what was said about them, and the terms.
    Raises SarhadError for an audience that is no partner, a record that is not held,
    or one that the audience may not read.
    """
    if audience not in (OWN, PUBLIC) and audience not in desk.partners():
        raise SarhadError(f"{audience!r} is no partner of this node", do="Name own, public, or a partner")
    chosen = _narrowed(desk, audience, refs) if refs else _readable(ledger, desk, audience)
    receipts = {receipt.ref for view in chosen.values() for receipt in view.receipts}
    by_log: dict[str, set[int]] = {}
    for ref in (*chosen, *receipts):
        log, seq = parse_ref(ref)
        by_log.setdefault(log, set()).add(seq)
    return {log: sorted(seqs) for log, seqs in sorted(by_log.items())}


def _readable(ledger: Ledger, desk: Desk, audience: str) -> dict[str, RecordView]:
    return {view.ref: view for view in _by_refs(desk, _held(ledger, desk)) if _may_see(desk, audience, view)}


def _narrowed(desk: Desk, audience: str, refs: Sequence[str]) -> dict[str, RecordView]:
    chosen: dict[str, RecordView] = {}
    for ref in refs:
        parse_ref(ref)
        view = desk.picture.record(ref)
        if view is None:
            raise SarhadError(f"there is no record {ref} here", where="--record", do="Check the number")
        if not _may_see(desk, audience, view):
            raise SarhadError(
                f"{ref} is not released to {audience}", where="--record", do="Release it, or leave it out"
            )
        about = [view.ref, *_about(view)]
        chosen |= {v.ref: v for v in _by_refs(desk, about) if _may_see(desk, audience, v)}
    terms = [signature.ref for agreement in desk.picture.agreements() for signature in agreement.signatures]
    return chosen | {v.ref: v for v in _by_refs(desk, terms) if _may_see(desk, audience, v)}


def _about(view: RecordView) -> Iterator[str]:
    """Yield the records that say something about this one: answers, corrections, recalls, releases, notes."""
    yield from (linked.ref for linked in view.linked)
    yield from (answer.ref for answer in view.answers)
    yield from (correction.ref for correction in view.corrections)
    yield from (widening.ref for widening in view.widened)


def _held(ledger: Ledger, desk: Desk) -> Iterator[str]:
    for identity in ledger.logs():
        refs = (f"{identity.log}:{seq}" for seq in range(ledger.size(identity.log)))
        yield from (ref for ref in refs if desk.known(ref))


def _by_refs(desk: Desk, refs: Iterable[str]) -> Iterator[RecordView]:
    for ref in refs:
        view = desk.picture.record(ref)
        if view is not None:
            yield view


def _may_see(desk: Desk, audience: str, view: RecordView) -> bool:
    if audience == OWN or view.party == audience:
        return True
    if audience == PUBLIC:
        return "public" in (view.release.to, *(widening.release.to for widening in view.widened))
    return audience in desk.picture.readers(view.ref, frozenset({audience}))
