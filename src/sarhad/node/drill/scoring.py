"""Scoring a drill: from a verified bundle, so that every time in it is one that a partner countersigned.

Pure but for reading the bundle.  A clock starts at the expected party's first
countersignature over the record; the step is in time when the first countersignature
over it that is not its author's comes by the deadline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Literal

import msgspec

from sarhad.ledger.bundle import verify_bundle
from sarhad.ledger.bundle_read import Bundle
from sarhad.ledger.testimony import Judgement, Step, Testimony, judge
from sarhad.node.drill.scenario import Expectation, Scenario
from sarhad.node.drill.template import plain
from sarhad.wire.errors import VerificationError
from sarhad.wire.record import Record, read
from sarhad.wire.registry import KINDS

GROUND = frozenset({"unit", "post", "sector", "crossing"})
Outcome = Literal["met", "late", "missing", "unproven", "not-delivered", "not-played"]
_BEST: tuple[Judgement, ...] = ("met", "unproven", "late", "missing")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation and what came of it.

    ``took_s``: at most so many whole seconds passed from proved delivery to the proved
    step; None when nothing proves it.  ``at_least_s`` is the proved lower bound.
    ``claimed_us``: what the step's author says, proving nothing.
    """

    of: str
    by: str
    step: str
    within_s: int
    outcome: Outcome
    ref: str = ""
    delivered_s: int | None = None
    done_by: str = ""
    took_s: int | None = None
    at_least_s: int | None = None
    claimed_us: int | None = None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One party's sum: how many of each outcome, and the median of what it took where that is proved."""

    party: str
    expected: int
    met: int
    late: int
    missing: int
    unproven: int
    not_scored: int
    median_s: float | None


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A scored drill.  ``left``: injects that nobody played."""

    scenario: str
    exercise: str
    lines: tuple[Line, ...]
    sides: tuple[Side, ...]
    left: tuple[str, ...]


def score_bundle(scenario: Scenario, path: Path, exercise: str, pinned: Mapping[str, str]) -> Score:
    """Verify the bundle and score the drill; raises VerificationError when any proof does not hold."""
    verdict = verify_bundle(path, pinned=pinned)
    try:
        if not verdict.ok:
            raise VerificationError(str(verdict.problems[0]), where=str(path), do="Get another bundle")
        with Bundle(path) as bundle:
            found = matched(scenario, _of_drill(bundle, exercise), exercise)
        wanted = set(found.values())
        rows = {(row.ref, row.reader): row for row in verdict.rows if row.ref in wanted}
    finally:
        verdict.close()
    return score(scenario, exercise, found, rows)


def _of_drill(bundle: Bundle, exercise: str) -> Iterator[Record]:
    for log in bundle.index.logs:
        for line in bundle.records(log.log):
            record = read(log.log, line.seq, line.body)
            if record.header.exercise == exercise or record.kind in GROUND:
                yield record


def matched(scenario: Scenario, records: Iterable[Record], exercise: str) -> dict[str, str]:
    """Return the record that each inject became: the author's earliest of the kind with the same data."""
    ground: dict[str, str] = {}
    candidates: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        if record.kind in GROUND:
            ground[record.ref] = f"{record.party}/{record.kind}/{getattr(record.data, 'code', '')}"
        if record.header.exercise == exercise:
            candidates.setdefault((record.party, record.kind), []).append(record)
    found: dict[str, str] = {}

    def is_ref(marker: str, ref: str) -> bool:
        return ground.get(ref) == marker if "/" in marker else found.get(marker) == ref

    templates = scenario.templates()
    for inject in scenario.injects:
        info = KINDS[inject.kind]
        for record in candidates.get((inject.party, inject.kind), ()):
            data = plain(info, msgspec.json.decode(record.header.data)) if record.data is not None else None
            if record.ref not in found.values() and templates[inject.name].fits(data, is_ref):
                found[inject.name] = record.ref
                break
    return found


def score(
    scenario: Scenario, exercise: str, found: Mapping[str, str], rows: Mapping[tuple[str, str], Testimony]
) -> Score:
    """Score every expectation; ``rows`` by record and reader."""
    lines = tuple(
        _line(one, found.get(one.of, ""), rows.get((found.get(one.of, ""), one.by))) for one in scenario.expectations
    )
    left = tuple(one.name for one in scenario.injects if one.name not in found)
    sides = tuple(_side(party, [line for line in lines if line.by == party]) for party in scenario.parties)
    return Score(scenario=scenario.name, exercise=exercise, lines=lines, sides=sides, left=left)


def _line(one: Expectation, ref: str, row: Testimony | None) -> Line:
    line = Line(of=one.of, by=one.by, step=one.step, within_s=one.within_s, outcome="not-played", ref=ref)
    if not ref:
        return line
    if row is None or row.countersigned_s is None:
        return msgspec.structs.replace(line, outcome="not-delivered")
    due = row.countersigned_s + one.within_s
    steps = [row.seen] if one.step == "seen" else [row.answered]
    if one.step == "acknowledged":
        steps.append(row.acknowledged)  # an answer acknowledges, too
    judged = [(judge(due, step), step) for step in steps]
    outcome, step = min(judged, key=lambda pair: (_BEST.index(pair[0]), _after(pair[1])))
    line = msgspec.structs.replace(line, outcome=outcome or "missing", delivered_s=row.countersigned_s)
    if step is None:
        return line
    after, before = step.not_after_s, step.not_before_s
    return msgspec.structs.replace(
        line,
        done_by=step.ref,
        took_s=None if after is None else max(0, after - row.countersigned_s),
        at_least_s=None if before is None else max(0, before - row.countersigned_s),
        claimed_us=step.claimed_at,
    )


def _after(step: Step | None) -> int:
    return 2**60 if step is None or step.not_after_s is None else step.not_after_s


def _side(party: str, lines: list[Line]) -> Side:
    count = {word: sum(line.outcome == word for line in lines) for word in ("met", "late", "missing", "unproven")}
    took = [line.took_s for line in lines if line.took_s is not None]
    return Side(
        party=party,
        expected=len(lines),
        **count,
        not_scored=len(lines) - sum(count.values()),
        median_s=float(median(took)) if took else None,
    )
