"""Reading bodies in bulk never accepts what reading one in full would refuse."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.bundle_maker import T0
from sarhad.ledger.bundle_bodies import Bodies
from sarhad.ledger.spool_notable import QUIET
from sarhad.wire import record, values
from sarhad.wire.errors import VerificationError
from sarhad.wire.kinds import Note, UnitStatus, Warn
from sarhad.wire.registry import Data

MOMENT = values.Moment(start=T0 * 1_000_000, end=T0 * 1_000_000)
STATUS = UnitStatus(unit="pk:1", status="available", as_of=MOMENT)
REMARK = Note(text=values.Words(lang="en", text="A remark"))
SEEN = (values.Seen(log="ir", size=3, root="ab" * 32),)
TRICKS = [
    b',"kind":"note"', b',"data":', b',"by":"', b'"', b"}", b"{", b" ", b"0", b"-1", b"9", b"1.0", b"1e3", b"null",
    b"ir:1", b"\\u0041", b"\\n", b"\x7f", b'{"at":1,', b',"exercise":"x"', b',"zz":1', b"9007199254740992", b"\xda\xaf",
    b"\xff",
]  # fmt: skip


def body(data: Data, at: int = T0 * 1_000_000, seen: tuple[values.Seen, ...] = SEEN) -> bytes:
    return record.write(party="pk", by="duty.east", at=at, data=data, release=values.JOINT, seen=seen)


def learned() -> Bodies:
    bodies = Bodies("pk", QUIET)
    for known in (body(STATUS), body(REMARK)):
        header, data = record.read_parts(known)
        bodies.learn(known, header, data)
    return bodies


def in_full(raw: bytes) -> bool:
    try:
        record.read("pk", 0, raw)
    except VerificationError:
        return False
    return True


def in_bulk(bodies: Bodies, raw: bytes) -> bool | None:
    """Return True or False for accepted or refused, None for "read it in full"."""
    try:
        return True if bodies.valid(raw) else None
    except (VerificationError, msgspec.MsgspecError, ValueError):
        return False


def test_a_body_with_a_remembered_header_is_recognised() -> None:
    bodies = learned()
    assert bodies.valid(body(STATUS, at=7))
    assert bodies.valid(body(Note(text=values.Words(lang="fa", text='مرز، \\ "kind": \n')), at=8))
    assert not bodies.valid(body(STATUS, seen=()))
    assert not Bodies("pk", QUIET).valid(body(STATUS))


def test_an_act_is_never_taken_for_a_quiet_record() -> None:
    bodies = learned()
    act = body(Warn(to="ir", urgency="flash", text=values.Words(lang="en", text="x")))
    header, data = record.read_parts(act)
    bodies.learn(act, header, data)
    assert not bodies.valid(act)


def test_anothers_unit_is_refused_in_bulk_too() -> None:
    raw = body(STATUS).replace(b"pk:1", b"ir:1")
    assert not in_full(raw)
    with pytest.raises(ValueError, match="not of the author"):
        learned().valid(raw)


@settings(max_examples=3000, deadline=None)
@given(
    data=st.sampled_from([STATUS, REMARK]),
    cuts=st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 12), st.one_of(st.sampled_from(TRICKS), st.binary(max_size=6))),
        min_size=1,
        max_size=3,
    ),
)
def test_bulk_and_full_reading_never_contradict(data: Data, cuts: list[tuple[int, int, bytes]]) -> None:
    raw = body(data)
    for at, length, new in cuts:
        raw = raw[: at % len(raw)] + new + raw[at % len(raw) + length :]
        raw = raw or b"{"
    bulk = in_bulk(learned(), raw)
    assert bulk is None or bulk == in_full(raw)
