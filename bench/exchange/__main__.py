"""``python -m bench.exchange [--quick]``: latency and catch-up over loopback TLS, beside the machine's limit."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import uvloop
from bench.exchange import limits, party
from bench.exchange.party import Party

from sarhad.wire.kinds import Note
from sarhad.wire.values import JOINT, Words


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.serve:
        _runner(serve(options.serve))
        return
    print(f"exchange on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, two processes, loopback TLS 1.3")
    with tempfile.TemporaryDirectory() as folder:
        measure_latency(Path(folder), 100 if options.quick else 400)
    rounds = 1 if options.quick else 3
    measure_catch_up(5_000 if options.quick else 100_000, rounds)


def _runner(work: object) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)  # type: ignore[arg-type]


async def serve(folder: Path) -> None:
    """The other process: a node that answers until its standard input ends."""
    node = await party.open_party(folder)
    await node.exchange.start()
    echo = await limits.echo(folder)
    print(f"ready {echo.port}", flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while command := await reader.readline():
        if command == b"folded\n":
            await node.exchange.receiver.settle()
        print(f"did {command.decode().strip()} {cpu_seconds():.6f}", flush=True)
    await node.exchange.stop()
    await echo.stop()
    node.ledger.close()


@contextlib.contextmanager
def other_process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a node in a process of its own; yields it and the port of its bare echo."""
    command = [sys.executable, "-m", "bench.exchange", "--serve", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        line = _pipe(process.stdout).readline()
        while not line.startswith("ready"):
            assert line, "the other process ended"
            line = _pipe(process.stdout).readline()
        yield process, int(line.split()[1])
        _pipe(process.stdin).close()


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def two_parties(folder: Path) -> tuple[Path, Path]:
    a, b = folder / "aa", folder / "bb"
    for path in (a, b):
        party.make(path, path.name)
    party.join(a, b)
    party.join(b, a)
    return a, b


def measure_latency(folder: Path, count: int) -> None:
    a, b = two_parties(folder)
    with other_process(b) as (_process, port):
        _runner(_latency(a, b, port, count))


async def _latency(a: Path, b: Path, port: int, count: int) -> None:
    node = await party.open_party(a)
    await node.exchange.start()
    await countersigned(node, node.ledger.size("aa"))
    times = []
    for i in range(count):
        started = time.perf_counter()
        data = Note(text=Words(lang="en", text=f"a made-up warning, number {i}"))
        written = await node.desk.act(node.actor, data, release=JOINT)
        await countersigned(node, written.seq + 1)
        times.append(1_000 * (time.perf_counter() - started))
    bare = await limits.round_trips(a, b, port, count)
    synced = limits.fsyncs(a, count)
    await node.exchange.stop()
    node.ledger.close()
    show("release to countersigned", times, "ms")
    show("  bare TLS POST round trip", bare, "ms")
    show("  one durable write (fsync)", synced, "ms")
    limit = statistics.median(bare) + 4 * statistics.median(synced)
    print(
        f"  ratio to one round trip and four durable writes: {statistics.median(times) / limit:.2f} (aim: 50 ms median)"
    )


def show(name: str, values: list[float], unit: str) -> None:
    ordered = sorted(values)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    low, high = ordered[len(ordered) // 4], ordered[3 * len(ordered) // 4]
    print(
        f"{name:34} median {statistics.median(ordered):8.2f} {unit}   p99 {p99:8.2f}   middle half {low:.2f}–{high:.2f}"
    )


async def countersigned(node: Party, size: int) -> None:
    """Wait until the other side has countersigned ``size`` entries of the node's log."""
    subscription = node.desk.subscribe()
    try:
        while node.ledger.countersigned_size("bb") < size:
            await subscription.next()
    finally:
        subscription.close()


def cpu_seconds() -> float:
    """Return the processor time of this process so far, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def asked(process: subprocess.Popen[str], command: str) -> float:
    """Let the other process do ``command``; return its processor time after that, s."""
    _pipe(process.stdin).write(f"{command}\n")
    _pipe(process.stdin).flush()
    while True:
        line = await asyncio.to_thread(_pipe(process.stdout).readline)
        assert line, "the other process ended"
        if line.startswith(f"did {command} "):  # other lines are its log
            return float(line.split()[2])


def measure_catch_up(count: int, rounds: int) -> None:
    rates: dict[str, list[float]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            for name, rate in _catch_up_round(Path(folder), count).items():
                rates.setdefault(name, []).append(rate)
    costs = {name: rates.pop(name) for name in list(rates) if name.startswith("processor")}
    print(f"catch-up of {count:,} records, {rounds} round(s), records a second: median, least to most")
    for name, values in rates.items():
        print(f"  {name:44} {statistics.median(values):10,.0f}   {min(values):,.0f}–{max(values):,.0f}")
    print("  processor time a record, µs")
    for name, values in costs.items():
        print(f"  {name:44} {statistics.median(values):10.1f}   {min(values):.1f}–{max(values):.1f}")
    ours = rates["countersigned, over TLS"]
    for name in list(rates)[2:]:
        ratios = [a / b for a, b in zip(ours, rates[name], strict=True)]
        print(f"  ratio to {name}: {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})")
    print("  aim: 20,000 a second")


def _catch_up_round(folder: Path, count: int) -> dict[str, float]:
    a, b = two_parties(folder)
    party.fill(a, count)
    found: dict[str, float] = {}

    def over_tls(process: subprocess.Popen[str]) -> None:
        _runner(_catch_up(a, process, found, count))

    with other_process(b) as (process, _port):
        over_tls(process)
    for name, limit in LIMITS.items():
        c = folder / name.replace(" ", "-")
        party.make(c, "bb")
        party.join(c, a)
        started, cpu = time.perf_counter(), cpu_seconds()
        limit(a, c)
        found[name] = count / (time.perf_counter() - started)
        found[f"processor, {name}"] = 1e6 * (cpu_seconds() - cpu) / count
    return found


LIMITS: dict[str, Callable[[Path, Path], None]] = {
    "extend without network or fold": limits.extend_only,
    "extend and fold without network": limits.extend_and_fold,
}


async def _catch_up(a: Path, process: subprocess.Popen[str], found: dict[str, float], count: int) -> None:
    node = await party.open_party(a)
    there, cpu, started = await asked(process, "cpu"), cpu_seconds(), time.perf_counter()
    await node.exchange.start()
    await countersigned(node, count)
    found["countersigned, over TLS"] = count / (time.perf_counter() - started)
    found["processor, sending process"] = 1e6 * (cpu_seconds() - cpu) / count
    done = await asked(process, "folded")
    found["folded and receipted there, over TLS"] = count / (time.perf_counter() - started)
    found["processor, receiving process"] = 1e6 * (done - there) / count
    await node.exchange.stop()
    node.ledger.close()


if __name__ == "__main__":
    main()
