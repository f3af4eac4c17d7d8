"""Inclusion and consistency proofs of a large log, beside pymerkle's SQLite storage."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from bench.ledger.append import Ours, Pymerkle, body

from sarhad.ledger import merkle

GROUP = 5_000


def measure(folder: Path, *, quick: bool) -> None:
    """Print the table."""
    size = 50_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory(dir=folder) as name:
        ours, other = Ours(Path(name)), Pymerkle(Path(name))
        for start in range(0, size, GROUP):
            bodies = [body(number) for number in range(start, start + GROUP)]
            ours.append(bodies)
            other.append(bodies)
        print(f"\nproofs in a log of {size:,} entries, milliseconds (median, 99th percentile)")
        print(f"{'':>12} {'sarhad':>18} {'pymerkle':>18}")
        _row("inclusion", _inclusion(ours, size), lambda at: other.tree.prove_inclusion(at + 1, size), size)
        _row("consistency", _consistency(ours, size), lambda at: other.tree.prove_consistency(at, size), size)
        ours.close()
        other.close()


def _inclusion(ours: Ours, size: int) -> Callable[[int], object]:
    ledger = ours.ledger
    root = ledger.root("pk", size)
    leaf = merkle.leaf_hash(ledger.commitments("pk", 777, 778))
    merkle.verify_inclusion(leaf, 777, size, ledger.inclusion("pk", 777, size), root)
    return lambda at: ledger.inclusion("pk", at, size)


def _consistency(ours: Ours, size: int) -> Callable[[int], object]:
    ledger = ours.ledger
    old, root = ledger.root("pk", 777), ledger.root("pk", size)
    merkle.verify_consistency(777, size, old, root, ledger.consistency("pk", 777, size))
    return lambda at: ledger.consistency("pk", at, size)


def _row(name: str, ours: Callable[[int], object], other: Callable[[int], object], size: int) -> None:
    random = Random(3)
    mine = [_time(ours, random.randrange(1, size)) for _ in range(3_000)]
    theirs = [_time(other, random.randrange(1, size)) for _ in range(7)]
    print(f"{name:>12} {_spread(mine):>18} {_spread(theirs):>18}", flush=True)


def _time(prove: Callable[[int], object], at: int) -> float:
    begin = time.perf_counter()
    prove(at)
    return (time.perf_counter() - begin) * 1000


def _spread(values: list[float]) -> str:
    ordered = sorted(values)
    return f"{statistics.median(ordered):.3f} ({ordered[int(len(ordered) * 0.99)]:.3f})"
