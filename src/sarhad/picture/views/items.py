"""What one party owes another, with its clocks, and how fast partners answer."""

from __future__ import annotations

from typing import Literal

from sarhad.picture.views.records import AnswerView, Bracket, RecallView, ReceiptView, View
from sarhad.wire.values import Moment, Place, Urgency, Words

ClockState = Literal[
    "not-released",
    "waiting-delivery",
    "no-agreement",
    "no-deadline",
    "open",
    "overdue",
    "done",
    "met",
    "late",
    "unproven",
]
"""``done``: done, and no deadline was owed.  ``unproven``: done, but the bracket does not tell whether in time."""


class ClockView(View, frozen=True, kw_only=True):
    """One deadline: from delivery (the receiver's countersignature) to acknowledgement or answer.

    ``deadline_s`` is the agreed duration, ``due_us`` the moment it ends, ``left_s`` the
    seconds left at the moment asked for (negative when overdue; None when it does not
    run).  ``took_s`` is delivery to the first countersignature that covers ``done_by``.
    """

    step: Literal["acknowledge", "answer"]
    state: ClockState
    deadline_s: int | None
    due_us: int | None
    left_s: int | None
    done_by: str | None
    took_s: int | None
    bracket: Bracket


ItemState = Literal[
    "not-released",
    "waiting-delivery",
    "no-agreement",
    "open",
    "overdue",
    "acknowledged",
    "answered",
    "declined",
    "recalled",
]


class OwnerView(View, frozen=True, kw_only=True):
    """Who of ``party`` has an item: by its newest assignment, else by its first acknowledgement (``ref``).

    ``officer`` None: nobody yet.  ``escalated``: ``by`` asked for a commander, and nobody took it since.
    """

    party: str
    officer: str | None
    ref: str
    by: str
    at: int
    text: Words | None
    escalated: bool


class ItemView(View, frozen=True, kw_only=True):
    """What one party owes another: what a kind that expects a reply asks of it, with its clocks.

    ``party`` wrote it, ``to`` owes the reply (a notice to all has one item for each
    receiver).  ``direction`` is from the asking party's point of view: ``owed-by-us``
    or ``owed-to-us``.  ``settled``: nothing more is owed.  ``late``: a deadline was
    proved missed, or is overdue now.  ``due_us`` and ``left_s`` are of the first
    deadline that still runs.  ``agreement`` is the record of the terms that set them.
    ``owners``: who has it, one a side at most.
    """

    ref: str
    kind: str
    party: str
    to: str
    by: str
    direction: Literal["owed-by-us", "owed-to-us"]
    urgency: Urgency
    at: int
    exercise: str | None
    text: Words | None
    place: Place | None
    when: Moment | None
    about: str | None
    state: ItemState
    settled: bool
    late: bool
    delivered_s: int | None
    due_us: int | None
    left_s: int | None
    acknowledge: ClockView
    answer: ClockView | None
    receipts: tuple[ReceiptView, ...]
    answers: tuple[AnswerView, ...]
    recall: RecallView | None
    owners: tuple[OwnerView, ...]
    agreement: str | None


class StepStatistics(View, frozen=True, kw_only=True):
    """How fast one step was, in whole seconds from proved delivery to proved step.

    ``median_s`` and ``p90_s`` are nearest-rank percentiles: the smallest measured value
    that at least that share of the ``measured`` ones do not exceed; None when none is.
    """

    step: Literal["acknowledge", "answer", "accept", "arrive"]
    urgency: Urgency
    measured: int
    median_s: int | None
    p90_s: int | None
    met: int
    late: int
    unproven: int
    overdue: int
    open: int


class PartnerStatistics(View, frozen=True, kw_only=True):
    """How ``party`` answers what ``asker`` sent it."""

    party: str
    asker: str
    exercise: str | None
    waiting_delivery: int
    steps: tuple[StepStatistics, ...]
