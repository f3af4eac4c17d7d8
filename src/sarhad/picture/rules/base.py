"""What a fold rule is, and the checks that several rules share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sarhad.wire.record import Record

GROUND_KINDS = frozenset({"manifest", "officer", "agreement", "sector", "crossing", "post", "unit", "caveat"})
"""Kinds that are live and are seen in exercises too."""

BASE_KINDS = frozenset({"manifest", "officer", "agreement"})
"""Kinds that bind: marked as exercise they are disregarded."""


class Held(Protocol):
    """What a rule may look up: the records that are held, by reference."""

    def get(self, ref: str) -> Record | None:
        """Return the record, or None when it is not held."""

    def granted(self, record: Record, party: str) -> bool:
        """Tell whether the record was released to the party."""


Check = Callable[[Record, Held], str]
"""Why a record is disregarded, "" when it is not."""
Subjects = Callable[[Record], tuple[str, ...]]


def fine(_record: Record, _held: Held) -> str:
    """Never disregard."""
    return ""


def no_subjects(_record: Record) -> tuple[str, ...]:
    """Name no subject besides the record's own."""
    return ()


@dataclass(frozen=True, slots=True)
class Rule:
    """The fold rule of one kind.

    ``attaches``: the reference field by which it hangs on its subject ("" none).
    ``bound``: it means nothing without that subject, so an exercise record hung on a
    live one (or the other way) is disregarded whole; otherwise only the link is.
    ``check``: why it is disregarded.  ``subjects``: what it changes besides the
    records, incidents and items that it names.
    """

    kind: str
    attaches: str = ""
    bound: bool = True
    check: Check = fine
    subjects: Subjects = no_subjects


def target_ref(record: Record, rule: Rule) -> str | None:
    """Return the reference by which the record attaches, or None."""
    if not rule.attaches or record.data is None:
        return None
    ref = getattr(record.data, rule.attaches)
    assert ref is None or isinstance(ref, str)
    return ref


def in_room(mark: str | None, kind: str, room: str | None) -> bool:
    """Tell whether a record marked ``mark`` shows in a room (a drill, None: live): its own, the ground in all."""
    return mark == room or (mark is None and kind in GROUND_KINDS)


def same_exercise(record: Record, target: Record) -> bool:
    """Tell whether one may mean something to the other: both live, or of one drill, or on the ground."""
    return target.kind in GROUND_KINDS or record.header.exercise == target.header.exercise


def attached_to(field: str, *kinds: str, reason: str) -> Check:
    """Return a check that the record named by ``field``, once held, is of one of ``kinds``."""

    def check(record: Record, held: Held) -> str:
        ref = getattr(record.data, field)
        target = held.get(ref) if ref is not None else None
        return reason if target is not None and target.kind not in kinds else ""

    return check


def both(*checks: Check) -> Check:
    """Return the first reason that any of ``checks`` finds."""

    def check(record: Record, held: Held) -> str:
        return next((reason for one in checks if (reason := one(record, held))), "")

    return check


def own(field: str, reason: str = "not-own") -> Check:
    """Return a check that the reference in ``field`` is to a record of the author's own party."""

    def check(record: Record, _held: Held) -> str:
        ref: str = getattr(record.data, field)
        return "" if ref.partition(":")[0].partition(".")[0] == record.party else reason

    return check


def live_only(record: Record, _held: Held) -> str:
    """Disregard what is marked as exercise."""
    return "exercise" if record.header.exercise is not None else ""
