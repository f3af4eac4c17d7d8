"""What goes into a bundle: chosen by who shall read it, closed to what does not belong to it.

Fails closed as everything that leaves does: a record of a third party goes to a reader
only if its author released it to that reader by name, to the public, or jointly under
an agreement in force between author and reader.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from sarhad.desk import Desk
from sarhad.ledger.reading import LedgerReader
from sarhad.wire import ids, record, values
from sarhad.wire.errors import SarhadError
from sarhad.wire.kinds import Receipt, ReleaseAct
from sarhad.wire.record import Record
from sarhad.wire.registry import refs_of

OWN = "own"
PUBLIC = "public"
GROUNDS = frozenset({"manifest", "agreement"})
"""Kinds that every bundle holds (where the audience may read them): who signs, and the deadlines agreed on."""

Selection = dict[str, list[int]]
"""Sequence numbers to open, ascending, by log."""


def select(ledger: LedgerReader, desk: Desk, audience: str, refs: Iterable[str] = ()) -> Selection:
    """Return the entries to open for ``audience``: ``own`` (all that we hold), ``public``, or a party.

    With ``refs`` only these records, what hangs on them (receipts, answers,
    corrections, releases, recalls and what is said about them in turn), the records
    that they name, and the manifests and agreements.  Raises SarhadError when the
    audience is unknown, or may not read a record that was asked for by name.
    """
    if audience not in (OWN, PUBLIC, desk.party) and audience not in desk.partners():
        raise SarhadError(f"{audience[:40]} is no audience here", do="Say own, public, or a partner's name")
    may = _audience(ledger, desk, audience)
    asked = set(refs)
    chosen = _belonging(ledger, asked) if asked else None
    found: Selection = {identity.log: [] for identity in ledger.logs()}
    for one in _held(ledger):
        wanted = chosen is None or one.ref in chosen or one.kind in GROUNDS
        if wanted and may(one):
            found[one.log].append(one.seq)
            asked.discard(one.ref)
    if asked:
        raise SarhadError(
            f"{', '.join(sorted(asked)[:5])}: not held here, or not for {audience}",
            do="Release it first, or leave it out",
        )
    return {log: seqs for log, seqs in found.items() if ledger.newest_checkpoint(log) is not None}


def _held(ledger: LedgerReader) -> Iterator[Record]:
    """Yield every record whose content is held and in use."""
    for identity in ledger.logs():
        for entry in ledger.entries(identity.log, 0, ledger.size(identity.log)):
            if entry.body is not None and not entry.refused:
                yield record.read(identity.log, entry.seq, entry.body)


def _audience(ledger: LedgerReader, desk: Desk, audience: str) -> Callable[[Record], bool]:
    """Return the test of whether ``audience`` may read a record."""
    if audience in (OWN, desk.party):
        return lambda _one: True
    widened = _widened(ledger)
    agreed: dict[str, bool] = {}

    def partners_of(author: str) -> frozenset[str]:
        """Return the audience as the author's partner, if it is known to be one."""
        if author not in agreed:
            agreed[author] = author == desk.party or desk.picture.agreement_in_force(author, audience) is not None
        return frozenset({audience}) if agreed[author] else frozenset()

    def may(one: Record) -> bool:
        if audience != PUBLIC and one.party == audience:
            return True
        reader, partners = (audience, partners_of(one.party)) if audience != PUBLIC else ("", frozenset[str]())
        markings = [one.header.release, *widened.get(one.ref, ())]
        return any(
            values.may_read(marking, reader, partners | _named(marking, reader) if reader else partners)
            for marking in markings
        )

    return may


def _named(marking: values.Release, reader: str) -> frozenset[str]:
    """Return the reader as a partner when the author itself named it."""
    return frozenset({reader}) if marking.to == "named" and reader in marking.parties else frozenset()


def _widened(ledger: LedgerReader) -> dict[str, list[values.Release]]:
    """Return what authors' release records open, by the record that they name."""
    found: dict[str, list[values.Release]] = defaultdict(list)
    for one in _held(ledger):
        if isinstance(one.data, ReleaseAct) and ids.party_of(one.data.record) == one.party:
            found[one.data.record].append(one.data.release)
    return found


def _belonging(ledger: LedgerReader, asked: set[str]) -> set[str]:
    """Return what was asked for, what it names, and what hangs on it, transitively."""
    hangs: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    receipts: list[tuple[str, Receipt]] = []
    for one in _held(ledger):
        if isinstance(one.data, Receipt):
            receipts.append((one.ref, one.data))
        elif one.data is not None:
            names[one.ref].update(refs_of(one.data))
            for ref in names[one.ref]:
                hangs[ref].add(one.ref)
    chosen: set[str] = set()
    waiting = list(asked)
    while waiting:
        ref = waiting.pop()
        if ref not in chosen:
            chosen.add(ref)
            waiting += hangs[ref]
    chosen |= {ref for one in list(chosen) for ref in names[one]}
    places = [ids.parse_ref(ref) for ref in chosen]
    for ref, receipt in receipts:
        if any(place.log == receipt.log and receipt.covers(place.seq) for place in places):
            chosen.add(ref)
    return chosen
