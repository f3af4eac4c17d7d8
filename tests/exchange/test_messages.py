"""Messages: read strictly, written compactly, open to fields that a newer partner adds."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sarhad.exchange import messages
from sarhad.exchange.messages import Problem, Push, PushReply, Shown, Standing
from sarhad.wire.errors import VerificationError

PUSH = Push(
    v=1,
    log="pk",
    start=3,
    commitments=b"c" * 64,
    openings=[Shown(3, b"s" * 32, b"{}")],
    disclosures=[],
    checkpoint=b"note",
    sent_at=5,
)


def test_a_push_reads_back_as_it_was_written() -> None:
    again = messages.decode(messages.encode(PUSH), Push)
    assert again == PUSH
    assert again.end == 5


def test_a_field_that_is_not_known_is_skipped() -> None:
    value = msgspec.msgpack.decode(messages.encode(PUSH))
    value["later"] = {"x": [1, 2.5]}
    assert messages.decode(msgspec.msgpack.encode(value), Push) == PUSH


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", -1),
        ("start", 2**53),
        ("v", 2),
        ("v", "1"),
        ("commitments", b"c" * 32 * 2_001),
        ("commitments", "text"),
        ("openings", [[1, b"s"]]),
        ("checkpoint", b"x" * 16_385),
        ("log", "x" * 41),
        ("testimony", [["pk", 1, "ir", "x" * 601]]),
        ("seen", [b""] * 65),
    ],
)
def test_a_push_out_of_its_bounds_is_refused(field: str, value: object) -> None:
    plain = msgspec.msgpack.decode(messages.encode(PUSH))
    plain[field] = value
    with pytest.raises(VerificationError):
        messages.decode(msgspec.msgpack.encode(plain), Push)


@given(st.binary(max_size=300))
def test_garbage_is_refused_and_nothing_else_is_raised(raw: bytes) -> None:
    for kind in (Push, PushReply, Standing, Problem):
        with pytest.raises(VerificationError):
            messages.decode(raw, kind)


@given(st.integers(0, 200), st.integers(0, 255))
def test_a_push_with_one_byte_changed_is_read_or_refused(at: int, byte: int) -> None:
    raw = bytearray(messages.encode(PUSH))
    raw[at % len(raw)] = byte
    try:
        messages.decode(raw, Push)
    except VerificationError:
        return


def test_a_message_that_is_too_long_is_not_even_parsed() -> None:
    with pytest.raises(VerificationError, match="at most"):
        messages.decode(bytes(messages.MAX_MESSAGE_BYTES + 1), Push)
