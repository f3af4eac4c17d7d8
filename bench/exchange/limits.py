"""What the machine can do at most: the same steps with less around them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.exchange import party

from sarhad.exchange import tls
from sarhad.exchange.check import check_opening
from sarhad.exchange.client import Client
from sarhad.exchange.messages import BATCH_ENTRIES, PROTOCOL, PushReply, encode
from sarhad.exchange.server import Listener, Receive, Scope, Send, respond
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Opening
from sarhad.wire.record import Record

ANSWER = encode(PushReply(v=PROTOCOL, size=1, countersignature="x" * 150, checkpoint=b"x" * 300, received_at=1))


async def echo(folder: Path) -> Listener:
    """Listen with the same TLS and HTTP and an application that does nothing."""

    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await respond(send, 200, ANSWER)

    context = tls.server_context(folder / "tls.crt", folder / "tls.key")
    tls.trust(context, tls.read_certificate(folder.parent / "aa" / "tls.crt"))
    listener = Listener(nothing, context, "127.0.0.1", 0)
    await listener.start()
    return listener


async def round_trips(a: Path, b: Path, port: int, count: int) -> list[float]:
    """Time POSTs of a push's size to the bare echo, ms."""
    context = tls.client_context(a / "tls.crt", a / "tls.key", tls.read_certificate(b / "tls.crt"))
    client = Client(f"https://127.0.0.1:{port}", context)
    times = []
    for _ in range(count):
        started = time.perf_counter()
        await client.push(b"x" * 1_500)
        times.append(1_000 * (time.perf_counter() - started))
    await client.close()
    return times


def fsyncs(folder: Path, count: int) -> list[float]:
    """Time writes of 4 KiB made durable, ms."""
    times = []
    with (folder / "sync").open("wb") as file:
        for _ in range(count):
            started = time.perf_counter()
            file.write(b"x" * 4_096)
            file.flush()
            os.fdatasync(file.fileno())
            times.append(1_000 * (time.perf_counter() - started))
    return times


def batches(source: Ledger) -> Iterator[tuple[int, bytes, list[Opening], bytes]]:
    """Yield pushes of the source's whole log as extend takes them."""
    size = source.size(source.log)
    for start in range(0, size, BATCH_ENTRIES):
        end = min(start + BATCH_ENTRIES, size)
        entries = list(source.entries(source.log, start, end))
        openings = [Opening(e.seq, e.salt or b"", e.body or b"", e.signature) for e in entries]
        yield start, b"".join(e.commitment for e in entries), openings, source.checkpoint(end)


def extend_only(a: Path, b: Path) -> None:
    """Take everything in without network and without folding it."""
    source, mirror = party.open_ledger(a), party.open_ledger(b)
    check = partial(check_opening, mirror.identity_of("aa"), "bb", lambda _seq: False)
    for start, commitments, openings, note in batches(source):
        mirror.extend("aa", start, commitments, openings, note, check)
    source.close()
    mirror.close()


def extend_and_fold(a: Path, b: Path) -> None:
    """Take everything in and fold it, without network."""
    asyncio.run(_extend_and_fold(a, b))


async def _extend_and_fold(a: Path, b: Path) -> None:
    source, node = party.open_ledger(a), await party.open_party(b)
    for start, commitments, openings, note in batches(source):
        read: list[Record] = []
        check = partial(check_opening, node.ledger.identity_of("aa"), "bb", lambda _seq: False, usable=read)
        extended = node.ledger.extend("aa", start, commitments, openings, note, check)
        await node.desk.ingest("aa", extended.opened, (), read)
    source.close()
    node.ledger.close()
