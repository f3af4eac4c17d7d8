"""Records of every kind at random: what is written is read back, and no damage raises anything but one error."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wire_strategies
import wire_vectors
from sarhad.wire import canonical, ids, record, values
from sarhad.wire.errors import VerificationError
from sarhad.wire.registry import KINDS, Data, refs_of

BODIES = [
    (case["log"], canonical.encode(case["body"]))
    for path in sorted((wire_vectors.VECTORS / "records").glob("*.json"))
    for case in wire_vectors.load(f"records/{path.name}").get("valid", [])
]
PATIENT = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)


@functools.cache
def data_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return wire_strategies.data_of(KINDS[kind])


def author(data: Data) -> str | None:
    """A party that may say this, or None if none of the few tried may."""
    named = [ids.party_of(ref) for ref in refs_of(data)]
    terms = getattr(data, "terms", None)
    named += list(terms.parties) if terms is not None else []
    named += [ids.party_of(getattr(data, "log", "pk")), "pk", "qq"]
    for party in named:
        try:
            data.check(party)
        except ValueError:
            continue
        return party
    return None


@pytest.mark.parametrize("kind", sorted(KINDS))
@PATIENT
@given(draw=st.data(), at=st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER))
def test_random_data_of_a_kind_is_written_and_read_back(kind: str, draw: st.DataObject, at: int) -> None:
    plain = draw.draw(data_of(kind))
    data = KINDS[kind].decode(canonical.encode(plain))
    party = author(data)
    if party is None:
        return
    body = record.write(party=party, by="duty.demo1", at=at, data=data, release=values.JOINT)
    read = record.read(party, 3, body)
    assert canonical.encode(read.data) == canonical.encode(data)
    assert read.unknown_fields == ()
    assert (read.kind, read.party, read.header.at, read.ref) == (kind, party, at, f"{party}:3")
    assert record.write(party=party, by="duty.demo1", at=at, data=read.data or data, release=values.JOINT) == body


@pytest.mark.parametrize("kind", sorted(KINDS))
@PATIENT
@given(draw=st.data())
def test_the_fast_way_of_reading_accepts_what_the_general_way_accepts(kind: str, draw: st.DataObject) -> None:
    """Any JSON object, typed or not: the two ways may not differ in what is canonical."""
    plain = draw.draw(data_of(kind))
    header = {"v": 1, "kind": kind, "party": "pk", "by": "duty.demo1", "at": 1, "release": {"to": "own"}, "data": plain}
    body = wire_vectors.plain(header)
    damaged = draw.draw(
        st.sampled_from([body, body + b" ", body.replace(b":", b": ", 1), body.replace(b":1,", b":1.0,")])
    )
    try:
        general = canonical.decode(damaged)
    except VerificationError:
        general = None
    try:
        record.read_parts(damaged)
    except (VerificationError, msgspec.ValidationError):
        return
    assert general is not None


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(BODIES), st.data())
def test_a_flipped_byte_is_refused_or_is_another_record(case: tuple[str, bytes], draw: st.DataObject) -> None:
    log, body = case
    at = draw.draw(st.integers(0, len(body) - 1))
    damaged = body[:at] + bytes([body[at] ^ draw.draw(st.integers(1, 255))]) + body[at + 1 :]
    try:
        read = record.read(log, 0, damaged)
    except VerificationError:
        return
    assert read.body != body
    assert read.raw != canonical.decode(body)
    assert isinstance(read.unknown_fields, tuple)


@pytest.mark.parametrize(("log", "body"), BODIES, ids=range(len(BODIES)))
def test_no_part_of_a_body_is_a_record(log: str, body: bytes) -> None:
    for length in range(len(body)):
        with pytest.raises(VerificationError):
            record.read(log, 0, body[:length])


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_never_anything_but_refused(body: bytes) -> None:
    with pytest.raises(VerificationError):
        record.read("pk", 0, body)


@pytest.mark.parametrize(
    "ref", ["pk:1\n", "pk:01", "pk.1:4", "PK:1", "pk", "pk:", ":1", "pk:-1", "pk:1 ", "pk:٣", "a" * 32 + ":1"]
)
def test_a_record_has_one_reference_only(ref: str) -> None:
    with pytest.raises(VerificationError):
        ids.parse_ref(ref)


def test_references_name_their_party_and_sort_by_number() -> None:
    assert ids.parse_ref("pk.2:17") == ("pk.2", 17)
    assert ids.party_of("pk.2:17") == ids.party_of("pk.2") == ids.party_of("pk") == "pk"
    assert sorted(["pk:10", "pk:9", "ir:11"], key=ids.sort_key) == ["ir:11", "pk:9", "pk:10"]
    assert ids.make_ref("ir", 4) == "ir:4"


def test_references_are_found_at_any_depth() -> None:
    """The crossings of an agreement's terms, one object deep, and the lists of evidence."""

    def refs(kind: str) -> list[str]:
        body = wire_vectors.load(f"records/{kind}.json")["valid"][0]["body"]
        return list(refs_of(KINDS[kind].decode(canonical.encode(body["data"]))))

    assert refs("agreement") == ["ir:3"]
    assert refs("allegation") == ["pk:22", "pk:23", "pk:20"]
    assert refs("receipt") == []
