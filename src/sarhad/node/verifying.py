"""``sarhad verify``: a stranger's check of a bundle, and who knew what, when."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from sarhad.ledger.bundle_verify import Verdict, verify_bundle
from sarhad.ledger.testimony import Testimony, durations, utc
from sarhad.wire.errors import SarhadError

PLAIN_WIDTH = 200
COLUMNS = (
    ("Record", 10), ("Kind", 20), ("By", 14), ("What", 40), ("Written", 22),
    ("Reached", 18), ("Seen", 10), ("Acknowledged", 13), ("Answered", 10), ("Deadlines", 36),
)  # fmt: skip


def main(path: Path, pins: tuple[str, ...], *, as_json: bool, quiet: bool) -> int:
    """Verify the bundle at ``path``; return 0 only if every proof holds."""
    pinned = dict(_pin(text) for text in pins)
    verdict = _verified(path, pinned, show=not as_json and not quiet)
    try:
        if as_json:
            sys.stdout.buffer.writelines(_json(verdict))
            sys.stdout.flush()
        else:
            _print(verdict, quiet=quiet)
    finally:
        verdict.close()
    return 0 if verdict.ok else 1


def _pin(text: str) -> tuple[str, str]:
    party, sign, fingerprint = text.partition("=")
    if not sign:
        raise SarhadError(f"{text!r} is not PARTY=FINGERPRINT", where="--pin")
    return party, fingerprint


def _verified(path: Path, pinned: dict[str, str], *, show: bool) -> Verdict:
    console = Console(stderr=True)
    columns = (TextColumn("Checking"), BarColumn(), MofNCompleteColumn(), TextColumn("entries"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not (show and console.is_terminal)) as bar:
        task = bar.add_task("Checking", total=None)
        return verify_bundle(
            path, pinned=pinned, progress=lambda done, all_: bar.update(task, completed=done, total=all_)
        )


def _json(verdict: Verdict) -> Iterator[bytes]:
    """Yield one JSON object, the rows streamed, so that a large bundle needs no memory."""
    head: dict[str, Any] = {
        "ok": verdict.ok,
        "bundle": str(verdict.path),
        "made_at": verdict.made_at,
        "by": verdict.by,
        "audience": verdict.audience,
        "records": sum(log.records for log in verdict.logs),
        "logs": verdict.logs,
        "problems": verdict.problems,
        "warnings": verdict.warnings,
    }
    yield msgspec.json.encode(head)[:-1] + b',"testimony":['
    for number, row in enumerate(verdict.rows):
        yield (b"," if number else b"") + msgspec.json.encode({**msgspec.to_builtins(row), "durations": durations(row)})
    yield b"]}\n"


def _print(verdict: Verdict, *, quiet: bool) -> None:
    plain = None if sys.stdout.isatty() else PLAIN_WIDTH
    console = Console(highlight=False, width=plain, markup=False)
    if not quiet:
        _print_logs(console, verdict)
        if verdict.ok:
            _print_rows(console, verdict)
        for warning in verdict.warnings:
            console.print(f"Note: {warning}")
        for problem in verdict.problems:
            console.print(f"Does not hold: {problem}", style="red")
    if verdict.ok:
        records = sum(log.records for log in verdict.logs)
        console.print(f"Every proof holds: {records} records in {len(verdict.logs)} logs.", style="bold green")
    else:
        console.print(f"REFUSED: {verdict.problems[0]}", style="bold red")


def _print_logs(console: Console, verdict: Verdict) -> None:
    table = Table(title=f"{verdict.path.name}, by {verdict.by or 'nobody'}", title_justify="left", box=None)
    for heading in ("Log", "Origin", "Entries", "Opened", "Fingerprint", "Pinned"):
        table.add_column(heading, justify="right" if heading in ("Entries", "Opened") else "left")
    for log in verdict.logs:
        pinned = "yes" if log.pinned else "NO"
        table.add_row(log.log, log.origin, str(log.size), str(log.records), log.fingerprint, pinned)
    console.print(table)
    console.print()


def _print_rows(console: Console, verdict: Verdict) -> None:
    console.print("Who knew what, when: UTC, as proved by signatures that are not the author's own.")
    console.print("≥ not before, ≤ not after; ? nothing proves it. The claimed times and the receipts are in --json.\n")
    rows = iter(verdict.rows)
    for day, block in groupby(rows, key=lambda row: utc(row.claimed_at // 1_000_000)[:10]):
        table = Table(title=day, title_justify="left", box=SIMPLE, pad_edge=False, padding=(0, 1))
        for heading, width in COLUMNS:
            table.add_column(heading, overflow="ellipsis", no_wrap=True, max_width=width, min_width=min(width, 8))
        for row in block:
            table.add_row(*_cells(row, day))
        console.print(table)


def _cells(row: Testimony, day: str) -> tuple[str, ...]:
    kind = f"{row.kind} (drill)" if row.exercise else row.kind
    written = f"{_at('≥', row.not_before_s, day)} {_at('≤', row.not_after_s, day)}"
    if row.backdated:
        written = f"CLAIM DISPROVED {written}"
    reached = "" if not row.reader else f"{row.reader} {_at('≤', row.countersigned_s, day)}"
    kept = ", ".join(
        f"{what} {judgement}"
        for what, judgement in (("acknowledge", row.acknowledge), ("answer", row.answer))
        if judgement
    )
    steps = (
        "" if step is None else _at("≤", step.not_after_s, day) for step in (row.seen, row.acknowledged, row.answered)
    )
    return (row.ref, kind, row.by, " ".join(row.summary.split()), written, reached, *steps, kept)


def _at(sign: str, seconds: int | None, day: str) -> str:
    """Show a proven time, with its day only where that is not the heading's."""
    if seconds is None:
        return "?"
    text = utc(seconds)
    return sign + (text[11:] if text.startswith(day) else text)
