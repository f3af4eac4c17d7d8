"""Canonical JSON: the vectors, and random values against rfc8785 as the reference."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

import wire_vectors
from sarhad.wire import canonical, record, values
from sarhad.wire.errors import VerificationError
from sarhad.wire.kinds import Note

ERRORS = {
    "not-json": "not canonical JSON",
    "not-utf-8": "not canonical JSON: 'utf-8' codec",
    "not-canonical": "not in canonical form",
    "float": "is not an integer below 2^53",
    "integer": "an integer is not below 2^53",
    "control": "control character",
    "key": "is not ASCII",
    "depth": "nested deeper than 16",
    "size": "at most 65536",
}
INVALID = wire_vectors.load("canonical/invalid.json")["cases"]

KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r"))
SCALARS = st.none() | st.booleans() | st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER) | TEXTS
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=5) | st.dictionaries(KEYS, v, max_size=5), max_leaves=12)


def raw_bytes(case: Any) -> bytes:
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    if "repeat" in case:
        parts = case["repeat"]
        return str(parts["before"] + parts["unit"] * parts["count"] + parts["after"]).encode()
    return str(case["text"]).encode()


@pytest.mark.parametrize("case", wire_vectors.load("canonical/valid.json")["cases"], ids=lambda case: str(case["name"]))
def test_a_value_has_the_bytes_stated(case: Any) -> None:
    assert canonical.encode(case["value"]) == case["bytes"].encode()
    assert canonical.decode(case["bytes"].encode()) == case["value"]


@pytest.mark.parametrize("case", INVALID, ids=lambda case: str(case["name"]))
def test_bytes_that_are_not_canonical_are_refused_for_the_reason_stated(case: Any) -> None:
    with pytest.raises(VerificationError) as refusal:
        canonical.decode(raw_bytes(case))
    assert ERRORS[case["reason"]] in str(refusal.value)


def test_every_reason_has_a_vector() -> None:
    assert {case["reason"] for case in INVALID} == set(ERRORS)


def test_the_largest_body_is_read_and_one_byte_more_is_not() -> None:
    largest = b'"' + b"x" * (canonical.MAX_BODY_BYTES - 2) + b'"'
    assert len(canonical.decode(largest)) == canonical.MAX_BODY_BYTES - 2
    with pytest.raises(VerificationError, match="at most"):
        canonical.decode(largest[:-1] + b'x"')


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), float("inf"), {"a": [float("nan")]}, 2**53, "\ud800", {"é": 1}, {1: 2}, object(), "\x00"],
)
def test_a_value_without_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(VerificationError):
        canonical.encode(value)


def test_a_value_that_holds_itself_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(VerificationError):
        canonical.encode(endless)


@given(VALUES)
def test_the_encoding_is_rfc_8785s_and_reads_back(value: object) -> None:
    body = canonical.encode(value)
    assert body == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert canonical.decode(body) == value


@given(st.binary(max_size=64) | TEXTS.map(str.encode))
def test_arbitrary_bytes_are_refused_or_are_their_own_encoding(body: bytes) -> None:
    try:
        value = canonical.decode(body)
    except VerificationError:
        return
    assert rfc8785.dumps(value) == body


def test_the_word_null_in_a_text_is_not_taken_for_a_number() -> None:
    note = Note(text=values.Words(lang="en", text="null"))
    assert b'"null"' in record.write(party="pk", by="node", at=0, data=note)


def test_a_struct_that_holds_no_number_where_one_belongs_is_refused() -> None:
    point = values.Point(lat=float("nan"), lon=0)  # type: ignore[arg-type]
    with pytest.raises(VerificationError, match="nan"):
        canonical.encode([point])
