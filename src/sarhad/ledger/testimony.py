"""Who knew what, when: the rows that a verified bundle bears out.

A row is one record and one party that it reached, or should have.  Every time is
either a claim (the author's) or proven: not before, not after, by countersignatures
that are not the author's.  See docs/design/bundle.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

import msgspec

SLACK_S = 120
"""A claimed time further than this outside its bracket is called backdated (or postdated)."""

Judgement = Literal["", "met", "late", "unproven", "missing"]
"""How a deadline was kept: see ``judge``.  Empty: the agreement sets none."""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One receipt or answer: the record that says so, by whom, when it says, and the proven bracket.

    ``claimed_at`` in microseconds, ``not_before_s`` and ``not_after_s`` in seconds,
    UTC since 1970; None where nothing proves a bound.
    """

    ref: str
    by: str
    claimed_at: int
    not_before_s: int | None = None
    not_after_s: int | None = None
    backdated: bool = False


class Testimony(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record, and what the bundle proves about one party that it reached.

    ``party`` and ``by`` wrote it; ``reader`` is the party that it went to, empty when
    no party is named and none gave a receipt.  ``countersigned_s`` is the time of the
    reader's first countersignature over the record: proof of delivery, and the start
    of the clocks.  ``acknowledge_due_s`` and ``answer_due_s`` follow from the agreement.
    """

    ref: str
    kind: str
    party: str
    by: str
    claimed_at: int
    summary: str
    reader: str = ""
    not_before_s: int | None = None
    not_after_s: int | None = None
    backdated: bool = False
    exercise: str | None = None
    urgency: str = ""
    countersigned_s: int | None = None
    delivered: Step | None = None
    seen: Step | None = None
    acknowledged: Step | None = None
    answered: Step | None = None
    agreement: str = ""
    acknowledge_due_s: int | None = None
    acknowledge: Judgement = ""
    answer_due_s: int | None = None
    answer: Judgement = ""


def backdated(claimed_at: int, not_before_s: int | None, not_after_s: int | None) -> bool:
    """Tell whether a claimed time (µs) lies more than SLACK_S outside its proven bracket (s)."""
    claimed_s = claimed_at // 1_000_000
    early = not_before_s is not None and claimed_s < not_before_s - SLACK_S
    late = not_after_s is not None and claimed_s > not_after_s + SLACK_S
    return early or late


def judge(due_s: int | None, step: Step | None) -> Judgement:
    """Judge a deadline by the bracket of the record that met it, never by what it claims.

    Met: it existed by then (not after <= due).  Late: it did not exist by then (not
    before > due).  Unproven: the bracket spans the deadline, or has an open end.
    Missing: the bundle holds no such record.
    """
    if due_s is None:
        return ""
    if step is None:
        return "missing"
    if step.not_after_s is not None and step.not_after_s <= due_s:
        return "met"
    if step.not_before_s is not None and step.not_before_s > due_s:
        return "late"
    return "unproven"


def durations(row: Testimony) -> dict[str, tuple[int | None, int | None]]:
    """Seconds from the proven delivery to each step: (at least, at most), None where unproven.

    A step cannot come before what it receipts, so the lower bound is never below 0.
    """
    found: dict[str, tuple[int | None, int | None]] = {}
    start = row.countersigned_s
    for name in ("seen", "acknowledged", "answered"):
        step: Step | None = getattr(row, name)
        if step is None or start is None:
            continue
        least = None if step.not_before_s is None else max(0, step.not_before_s - start)
        most = None if step.not_after_s is None else max(0, step.not_after_s - start)
        found[name] = (least, most)
    return found


HEADINGS = (
    "record", "kind", "from", "by", "claimed", "not before", "not after",
    "to", "countersigned", "delivered", "seen", "acknowledged", "answered", "deadline",
)  # fmt: skip


def as_table(rows: Iterable[Testimony]) -> Iterable[tuple[str, ...]]:
    """Yield the rows as plain words under HEADINGS, times in UTC, for a terminal."""
    for row in rows:
        mark = " (drill)" if row.exercise else ""
        claimed = utc(row.claimed_at // 1_000_000) + (" !" if row.backdated else "")
        yield (
            row.ref,
            row.kind + mark,
            row.party,
            row.by,
            claimed,
            _bound(row.not_before_s),
            _bound(row.not_after_s),
            row.reader or "-",
            _bound(row.countersigned_s),
            *(_step(step) for step in (row.delivered, row.seen, row.acknowledged, row.answered)),
            _deadlines(row),
        )


def utc(seconds: int) -> str:
    """Return a time as text, to the second; the bare number when no calendar reaches that far."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def _bound(seconds: int | None) -> str:
    return "?" if seconds is None else utc(seconds)


def _step(step: Step | None) -> str:
    if step is None:
        return "-"
    mark = " !" if step.backdated else ""
    bracket = f"[{_bound(step.not_before_s)} .. {_bound(step.not_after_s)}]"
    return f"{step.by} {utc(step.claimed_at // 1_000_000)}{mark} {bracket}"


def _deadlines(row: Testimony) -> str:
    parts = []
    if row.acknowledge:
        parts.append(f"acknowledge {row.acknowledge}")
    if row.answer:
        parts.append(f"answer {row.answer}")
    return ", ".join(parts) or "-"
