"""What a side knew at a moment: only by proof, growing with time, and at the end the whole picture."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picture_cast import T0, US, Item, entry, incident, picture
from picture_histories import histories
from sarhad.picture import Witnessed, asof
from sarhad.picture.asof import as_of
from sarhad.wire.errors import Refused
from sarhad.wire.record import Record

moments = st.integers(T0 - 10_000, T0 + 100_000).map(lambda second: second * US)


def refs(items: list[Item], side: str, at_us: int) -> set[str]:
    made = as_of(picture(*items), side, at_us).picture
    return {one.ref for one in items if isinstance(one, Record) and made.held(one.ref) is not None}


@settings(max_examples=60, deadline=None)
@given(histories, moments, moments)
def test_what_was_known_is_known_ever_after(items: list[Item], one: int, other: int) -> None:
    early, late = sorted((one, other))
    for side in ("ir", "pk"):
        assert refs(items, side, early) <= refs(items, side, late)


@settings(max_examples=40, deadline=None)
@given(histories)
def test_at_the_end_of_time_a_side_knows_the_picture_of_what_it_countersigned(items: list[Item]) -> None:
    whole = picture(*items)
    last = as_of(whole, "ir", 2**62).picture
    held = [one for one in items if isinstance(one, Witnessed) or last.held(one.ref) is not None]
    assert last.to_bytes() == picture(*held).to_bytes()
    if len(held) == len(items):
        assert last.to_bytes() == whole.to_bytes()


def test_a_partners_record_is_known_from_the_own_countersignature_and_an_own_one_is_claimed_before() -> None:
    items: list[Item] = [entry("pk:0", incident(), at=T0), Witnessed("pk", 1, "ir", T0 + 60)]
    assert refs(items, "ir", (T0 + 59) * US) == set()
    assert refs(items, "ir", (T0 + 60) * US) == {"pk:0"}
    whole = picture(*items)
    assert as_of(whole, "pk", (T0 - 1) * US).picture.held("pk:0") is None
    assert as_of(whole, "pk", T0 * US).claimed == {"pk:0"}
    assert as_of(whole, "pk", (T0 + 60) * US).claimed == frozenset()


def test_too_much_for_one_look_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asof, "MAX_RECORDS", 1)
    whole = picture(entry("ir:0", incident()), entry("ir:1", incident()))
    with pytest.raises(Refused):
        as_of(whole, "ir", 2**62)
