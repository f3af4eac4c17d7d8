"""Runs of sequence numbers, files by content, the event stream."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sarhad.desk.actor import NotFound
from sarhad.desk.attachments import Attachments, Damaged, TooLarge
from sarhad.desk.events import MAX_SUBJECTS, QUEUE_EVENTS, Hub
from sarhad.desk.spans import SpanSet, chunks, group
from sarhad.wire.errors import Refused, Unavailable, VerificationError

numbers = st.sets(st.integers(0, 60))


@given(numbers)
def test_runs_hold_exactly_the_numbers_and_are_disjoint(wanted: set[int]) -> None:
    runs = group(wanted)
    assert {n for first, last in runs for n in range(first, last + 1)} == wanted
    assert all(after[0] > before[1] + 1 for before, after in itertools.pairwise(runs))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 8))))
def test_a_span_set_agrees_with_a_plain_set(added: list[tuple[int, int]]) -> None:
    spans, plain = SpanSet(), set[int]()
    for first, length in added:
        spans.add(first, first + length)
        plain |= set(range(first, first + length + 1))
    assert {n for n in range(60) if n in spans} == plain
    assert spans.runs() == group(plain)


def test_long_lists_of_runs_are_cut_to_fit_receipts() -> None:
    pieces = list(chunks([(n * 2, n * 2) for n in range(4_500)]))
    assert [len(piece) for piece in pieces] == [2_000, 2_000, 500]


async def stream(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_a_file_is_found_by_the_hash_of_its_content(tmp_path: Path) -> None:
    files = Attachments(tmp_path / "attachments")
    sha256, size = await files.put(stream(b"photo", b"graph"))
    assert (sha256, size) == (hashlib.sha256(b"photograph").hexdigest(), 10)
    assert files.path(sha256).read_bytes() == b"photograph"
    assert files.holds(sha256)
    files.check(sha256)


async def test_a_file_that_is_too_large_or_empty_or_another_leaves_nothing(tmp_path: Path) -> None:
    files = Attachments(tmp_path / "attachments", max_bytes=8)
    with pytest.raises(TooLarge):
        await files.put(stream(b"12345", b"67890"))
    with pytest.raises(Refused):
        await files.put(stream())
    with pytest.raises(VerificationError):
        await files.put(stream(b"other"), expected="0" * 64)
    assert list((tmp_path / "attachments").iterdir()) == []


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "0" * 63, "A" * 64, "", "0" * 64])
def test_no_other_name_leads_to_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("x")
    with pytest.raises(NotFound):
        Attachments(tmp_path / "attachments").path(name)


async def test_a_damaged_file_is_told_and_leftovers_are_cleared(tmp_path: Path) -> None:
    files = Attachments(tmp_path)
    sha256, _ = await files.put(stream(b"photograph"))
    (tmp_path / sha256).write_bytes(b"photogrape")
    with pytest.raises(Damaged):
        files.check(sha256)
    (tmp_path / ".part-left").write_bytes(b"x")
    Attachments(tmp_path)
    assert not (tmp_path / ".part-left").exists()


async def test_more_than_anybody_follows_is_told_as_fetch_everything() -> None:
    hub = Hub(7)
    reader = hub.subscribe()
    hub.publish("changed", (f"record/pk:{n}" for n in range(MAX_SUBJECTS + 1)), 1)
    event = await reader.next()
    assert event is not None
    assert (event.seq, event.name, event.subjects) == (1, "resync", ())
    assert hub.since(7, 0) is None
    assert hub.since(7, 1) == frozenset()


async def test_a_reader_gets_what_changed_in_order() -> None:
    hub = Hub(7)
    reader = hub.subscribe()
    hub.publish("changed", {"b", "a"}, 1)
    hub.publish("link", ("link/pk",), 2)
    first, second = await reader.next(), await reader.next()
    assert first is not None
    assert second is not None
    assert (first.seq, first.name, first.subjects) == (1, "changed", ("a", "b"))
    assert (second.seq, second.name) == (2, "link")


async def test_a_slow_reader_gets_one_resync_and_costs_no_more_memory() -> None:
    hub = Hub(7)
    reader = hub.subscribe()
    for n in range(QUEUE_EVENTS + 10):
        hub.publish("changed", (f"record/pk:{n}",), n)
    event = await reader.next()
    assert event is not None
    assert event.name == "resync"
    rest = [await reader.next() for _ in range(9)]
    assert [e.name for e in rest if e] == ["changed"] * 9


async def test_a_reader_that_comes_back_misses_nothing() -> None:
    hub = Hub(7)
    for n in range(5):
        hub.publish("changed", (f"record/pk:{n}",), n)
    reader = hub.subscribe((7, 3))
    events = [await reader.next(), await reader.next()]
    assert [e.seq for e in events if e] == [4, 5]


@pytest.mark.parametrize("position", [(6, 3), (7, 99)])
async def test_a_position_of_another_run_gets_a_resync(position: tuple[int, int]) -> None:
    hub = Hub(7)
    hub.publish("changed", ("record/pk:1",), 1)
    event = await hub.subscribe(position).next()
    assert event is not None
    assert event.name == "resync"


async def test_closing_the_hub_ends_every_stream() -> None:
    hub = Hub(7)
    reader = hub.subscribe()
    waiting = asyncio.create_task(reader.next())
    await asyncio.sleep(0)
    hub.close()
    assert await waiting is None
    with pytest.raises(Unavailable):
        hub.subscribe()
