"""Countersignatures on their way from a line of text to a fact of the picture."""

from __future__ import annotations

from collections.abc import Iterable

from sarhad.exchange.messages import MAX_LINES, Testimony
from sarhad.ledger import cosignature
from sarhad.ledger import note as notes
from sarhad.ledger.cosignature import Countersignature
from sarhad.ledger.ledger import Ledger
from sarhad.picture import Witnessed
from sarhad.wire.errors import VerificationError

_FALSE = "a countersignature that does not verify"


def fact_of(signed: Countersignature) -> Witnessed:
    """Say a verified countersignature as the picture holds it."""
    return Witnessed(signed.log, signed.size, signed.by, signed.time_s)


def take_testimony(ledger: Ledger, offered: Iterable[Testimony], sender: str) -> list[Witnessed]:
    """Keep the countersignatures that verify against what we hold; returns those that were new.

    One of an unknown log or party, or beyond what we hold, is passed over.  The first
    one that does not verify is kept as evidence against ``sender`` (a log), once, and
    the rest is not looked at: a partner must not be able to fill the store of evidence.
    """
    identities = {identity.log for identity in ledger.logs()}
    found: list[Witnessed] = []
    for one in offered:
        if one.log not in identities or one.by not in identities or one.size > ledger.size(one.log):
            continue
        if not _by_known_key(ledger, one):
            continue  # its party changed its key, and we have not read of it yet
        try:
            signed = ledger.add_countersignature(one.log, one.size, one.line, one.by)
        except VerificationError as error:
            _blame(ledger, sender, one, error)
            break
        if signed is not None:
            found.append(fact_of(signed))
    return found


def _by_known_key(ledger: Ledger, one: Testimony) -> bool:
    try:
        line = notes.parse_line(one.line)
    except VerificationError:
        return True  # no line at all: for the verification to refuse
    known = [
        (i.witness_name, cosignature.key_id_of(i.witness_name, i.witness_key)) for i in ledger.identities_of(one.by)
    ]
    return (line.name, line.key_id) in known


def _blame(ledger: Ledger, sender: str, one: Testimony, error: VerificationError) -> None:
    if not any(held.log == sender and held.what.startswith(_FALSE) for held in ledger.evidence()):
        ledger.keep_evidence(sender, f"{_FALSE} of {one.by} on {one.log}: {error.what}", [one.line.encode()])


def published_fact(ledger: Ledger, log: str, size: int) -> list[Witnessed]:
    """Return when the log's own party says that it published its checkpoint at ``size`` (empty: it did not say)."""
    held = ledger.first_covering(log, size - 1, log) if size else None
    return [fact_of(held)] if held is not None and held.size == size else []


def lines_since(ledger: Ledger, log: str, by: str, above: int, below: int) -> list[Testimony]:
    """Return the countersignatures of ``by`` on ``log`` at sizes above ``above`` and below ``below``.

    The newest ones when there are more than a message takes.
    """
    held = [
        Testimony(one.log, one.size, one.by, one.line)
        for one in ledger.countersignatures(log, above)
        if one.by == by and above < one.size < below
    ]
    return held[-MAX_LINES:]
