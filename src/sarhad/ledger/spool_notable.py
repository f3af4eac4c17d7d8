"""Which records testimony needs, and what of them it keeps."""

from __future__ import annotations

from typing import Any

import msgspec

from sarhad.ledger.spool import Kept, Spool
from sarhad.wire.ids import parse_ref, party_of
from sarhad.wire.kinds import Agreement, Answer, Denial, RecallAnswer, Receipt
from sarhad.wire.record import Header
from sarhad.wire.registry import KINDS, Data

_STATEMENTS = frozenset({"incident", "report", "claim"})
QUIET = frozenset(
    name for name, kind in KINDS.items() if not kind.act and kind.expects == "none" and name not in _STATEMENTS
)
"""Kinds that are verified like every other but make no row: nobody owes anything on them."""

_SUMMARY = 160


class _Terms(msgspec.Struct):
    terms: msgspec.Raw


def keep(spool: Spool, log: str, seq: int, header: Header, data: Data | None) -> None:
    """Keep an entry for the testimony: itself, what it cites, what it receipts or answers.

    A receipt makes no row of its own: it is a step in others' rows.  A kind that this
    version does not know is shown, and said to be unknown.
    """
    spool.add_entry(
        Kept(
            log=log,
            seq=seq,
            kind=header.kind,
            party=header.party,
            by=header.by,
            at=header.at,
            exercise=header.exercise,
            reader=str(getattr(data, "to", None) or ""),
            urgency=str(getattr(data, "urgency", "")),
            summary=summary(data),
            told=not isinstance(data, Receipt) and not (data is not None and header.kind in QUIET),
        )
    )
    for seen in header.seen:
        if party_of(seen.log) != header.party:
            spool.add_cited(log, seq, seen.log, seen.size, bytes.fromhex(seen.root))
    match data:
        case Receipt():
            for first, last in data.spans:
                spool.add_span(data.log, data.step, log, min(first, 2**53), min(last, 2**53), seq)
        case Answer() | Denial():
            _answered(spool, data.of, log, seq)
        case RecallAnswer():
            _answered(spool, data.recall, log, seq)
        case Agreement():
            terms = msgspec.json.decode(header.data, type=_Terms).terms
            spool.add_agreement(log, seq, bytes(terms))
        case _:
            pass


def _answered(spool: Spool, ref: str, log: str, seq: int) -> None:
    of = parse_ref(ref)
    spool.add_span(of.log, "answered", log, of.seq, of.seq, seq)


def summary(data: Data | None) -> str:
    """Return the record's own words, shortened: its text, its title, its name."""
    if data is None:
        return "(a kind that this version does not know)"
    for name in ("text", "title", "names", "reason"):
        value: Any = getattr(data, name, None)
        words = getattr(value, "text", None) or getattr(value, "en", None)
        if words:
            return str(words) if len(words) <= _SUMMARY else f"{words[: _SUMMARY - 1]}…"
    return ""
