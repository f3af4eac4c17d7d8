"""``sarhad verify``: a stranger's check of a bundle, and who knew what, when."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from sarhad.ledger.bundle_verify import Verdict, verify_bundle
from sarhad.ledger.testimony import Step, Testimony, durations, utc
from sarhad.wire.errors import SarhadError

PLAIN_WIDTH = 150


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
    table = Table(title="Who knew what, when (UTC; [not before .. not after])", title_justify="left", show_lines=True)
    for heading in ("Record", "Written", "Reached", "Seen", "Acknowledged", "Answered", "Deadlines"):
        table.add_column(heading, overflow="fold")
    for row in verdict.rows:
        table.add_row(*_cells(row))
    console.print(table)


def _cells(row: Testimony) -> tuple[str, ...]:
    head = f"{row.ref} {row.kind}{' EXERCISE' if row.exercise else ''}\nby {row.by}\n{row.summary}"
    mark = "\nCLAIMED TIME DISPROVED" if row.backdated else ""
    written = f"{utc(row.claimed_at // 1_000_000)}\n{_bracket(row.not_before_s, row.not_after_s)}{mark}"
    reached = "not proved" if row.countersigned_s is None else utc(row.countersigned_s)
    deadlines = [
        f"{what} by {utc(due)}: {judgement}"
        for what, due, judgement in (
            ("acknowledge", row.acknowledge_due_s, row.acknowledge),
            ("answer", row.answer_due_s, row.answer),
        )
        if due is not None
    ]
    steps = tuple(_step(step) for step in (row.seen, row.acknowledged, row.answered))
    return (head, written, f"{row.reader or '-'}\n{reached}", *steps, "\n".join(deadlines) or "-")


def _bracket(low: int | None, high: int | None) -> str:
    """Show a bracket with the date once: the claimed time above it names the day."""
    ends = ("?" if end is None else utc(end)[11:] for end in (low, high))
    return "[{} .. {}]".format(*ends)


def _step(step: Step | None) -> str:
    if step is None:
        return "-"
    bracket = _bracket(step.not_before_s, step.not_after_s)
    return f"{utc(step.claimed_at // 1_000_000)}\n{bracket}\nby {step.by}, {step.ref}"
