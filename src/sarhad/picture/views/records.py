"""One record with everything that was said about it, and pages of records."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from sarhad.wire.values import Release, Words


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every view: immutable, every field always present."""


class Bracket(View, frozen=True, kw_only=True):
    """Between which two signatures that are not its author's a record was written.

    ``not_before_s``: the partner's own time on the newest checkpoint that the record
    cites.  ``not_after_s``: the first countersignature by a partner that covers it.
    None: not known yet.  ``backdated``: the claimed time lies outside by more than 120 s.
    """

    not_before_s: int | None = None
    not_after_s: int | None = None
    backdated: bool = False


class Disregard(View, frozen=True, kw_only=True):
    """A record that is kept and shown but changes nothing, and why (a kebab-case word)."""

    ref: str
    kind: str
    party: str
    reason: str


class ReceiptView(View, frozen=True, kw_only=True):
    """A party's first word on a record: which step, by whom, when, in which record."""

    party: str
    step: Literal["delivered", "seen", "acknowledged"]
    ref: str
    by: str
    at: int
    bracket: Bracket


class AnswerView(View, frozen=True, kw_only=True):
    """A reply by an addressee."""

    ref: str
    party: str
    by: str
    at: int
    outcome: str
    text: Words | None
    bracket: Bracket


class CorrectionView(View, frozen=True, kw_only=True):
    """A correction by the record's own party; the newest is what the record now says."""

    ref: str
    by: str
    at: int
    reason: Words
    in_effect: bool


class RecallAnswerView(View, frozen=True, kw_only=True):
    """A partner's reply to a recall."""

    ref: str
    party: str
    complied: bool
    text: Words | None


class RecallView(View, frozen=True, kw_only=True):
    """The author's party asks that the record be withdrawn, and what was replied."""

    ref: str
    by: str
    at: int
    reason: Words
    answers: tuple[RecallAnswerView, ...]


class WideningView(View, frozen=True, kw_only=True):
    """A release act of the author's party that lets more parties read the record."""

    ref: str
    by: str
    at: int
    release: Release


class LinkedView(View, frozen=True, kw_only=True):
    """A record that names this one."""

    ref: str
    kind: str
    party: str
    at: int


class RecordView(View, frozen=True, kw_only=True):
    """One record with everything that was said about it.

    ``data`` is what it says now (corrected), ``first_data`` what it said first, None
    when equal.  ``known`` False: the kind or format is newer than ours.  ``disregarded``
    says why it changes nothing ("" when it does).  ``waits_for`` are the references
    that it makes to records that are not held here.
    """

    ref: str
    log: str
    seq: int
    party: str
    by: str
    kind: str
    known: bool
    at: int
    bracket: Bracket
    exercise: str | None
    release: Release
    tlp: str
    widened: tuple[WideningView, ...]
    data: dict[str, Any]
    first_data: dict[str, Any] | None
    unknown_fields: tuple[str, ...]
    corrections: tuple[CorrectionView, ...]
    recall: RecallView | None
    receipts: tuple[ReceiptView, ...]
    answers: tuple[AnswerView, ...]
    linked: tuple[LinkedView, ...]
    disregarded: str
    disregards: tuple[Disregard, ...]
    waits_for: tuple[str, ...]


class RecordFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which records, newest claimed time first.

    ``exercise`` None: live.  ``kinds`` and ``parties`` empty: all.  ``q``: every word
    must occur.  ``since_us`` and ``until_us`` bound the claimed time, inclusive.
    ``about``: only records that name this one.  ``cursor`` is a Page's ``next``.
    ``limit`` is 1 to 500.
    """

    exercise: str | None = None
    kinds: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    q: str = ""
    since_us: int | None = None
    until_us: int | None = None
    about: str | None = None
    cursor: str = ""
    limit: int = 100


class Page(View, frozen=True, kw_only=True):
    """One page of records; ``next`` is the cursor of the following page, "" at the end.

    ``total`` counts all that match, over every page; ``total_more``: more match than were
    counted (of words that stand in very many records).
    """

    records: tuple[RecordView, ...]
    next: str
    total: int
    total_more: bool
