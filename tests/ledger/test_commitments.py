"""The commitment is HMAC-SHA-256, byte for byte."""

from __future__ import annotations

import hashlib
import hmac
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sarhad.wire import envelope


@given(st.binary(max_size=500), st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), st.binary(max_size=500))
def test_it_agrees_with_the_standard_library(head: bytes, seq: int, salt: bytes, body: bytes) -> None:
    expected = hmac.new(salt, head + seq.to_bytes(8, "big") + body, hashlib.sha256).digest()
    assert envelope.commit(head, seq, salt, body) == expected


@given(st.integers(0, 2**40), st.lists(st.binary(max_size=300), max_size=20), st.randoms(use_true_random=False))
def test_many_at_once_are_those_one_by_one(start: int, bodies: list[bytes], random: Random) -> None:
    salts = random.randbytes(32 * len(bodies))
    each = [envelope.commit(b"head", start + at, salts[at * 32 : at * 32 + 32], body) for at, body in enumerate(bodies)]
    assert envelope.commit_all(b"head", start, salts, bodies) == each
