"""The past by small steps is the past as the rule says it, from whichever moment one comes."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picture_cast import T0, US, Item, entry, incident, picture
from picture_histories import histories
from sarhad.picture import Picture, Witnessed, replay
from sarhad.picture.asof import as_of
from sarhad.picture.replay import Replay
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import ReleaseAct
from sarhad.wire.values import JOINT, OWN

T = TypeVar("T")
moments = st.lists(st.integers(T0 - 10_000, T0 + 100_000).map(lambda second: second * US), min_size=1, max_size=5)


def done(steps: Generator[None, None, T]) -> T:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


@settings(max_examples=60, deadline=None)
@given(histories, moments, st.integers(0, 40))
def test_every_moment_of_either_side_is_what_the_rule_says_while_records_go_on_coming(
    items: list[Item], visited: list[int], held: int
) -> None:
    whole = picture(*items[:held])
    past = Replay(whole)
    for number, at_us in enumerate(visited):
        for side in ("ir", "pk"):
            assert done(past.make(side, at_us)).to_bytes() == as_of(whole, side, at_us).picture.to_bytes()
        for item in items[held + number * 3 : held + number * 3 + 3]:
            whole.apply(item)
    for at_us in (*visited, 2**53):
        assert done(past.make("ir", at_us)).to_bytes() == as_of(whole, "ir", at_us).picture.to_bytes()


def test_going_on_folds_only_what_came_since_and_a_moment_between_two_records_costs_nothing() -> None:
    whole = picture(*(entry(f"pk:{n}", incident(), at=T0 + n) for n in range(10)))
    past = Replay(whole)
    early = done(past.make("pk", (T0 + 4) * US))
    assert done(past.make("pk", (T0 + 4) * US + 1)) is early
    assert done(past.make("pk", (T0 + 9) * US)) is early
    assert len(done(past.make("pk", (T0 + 2) * US)).incidents()) == 3


def test_a_step_that_was_given_up_leaves_nothing_half_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "STEP", 1)
    whole = picture(*(entry(f"pk:{n}", incident(), at=T0 + n) for n in range(10)))
    past = Replay(whole)
    steps = past.make("pk", (T0 + 9) * US)
    for _ in range(15):
        next(steps)
    steps.close()
    assert len(done(past.make("pk", (T0 + 9) * US)).incidents()) == 10


def test_the_times_of_a_room_leave_out_what_another_room_holds() -> None:
    drill = entry("pk:1", incident(), at=T0 + 1, exercise="drill")
    known = done(Replay(picture(entry("pk:0", incident()), drill)).known("pk"))
    assert known.times(None) == [T0 * US]
    assert known.times("drill") == [(T0 + 1) * US]


def test_a_partners_record_is_known_from_the_countersignature_and_a_later_earlier_one_moves_it() -> None:
    whole = picture(entry("pk:0", incident(), at=T0), Witnessed("pk", 1, "ir", T0 + 60))
    past = Replay(whole)
    assert done(past.known("ir")).times(None) == [(T0 + 60) * US]
    assert done(past.make("ir", (T0 + 30) * US)).held("pk:0") is None
    whole.apply(Witnessed("pk", 1, "ir", T0 + 20))
    assert done(past.make("ir", (T0 + 30) * US)).held("pk:0") is not None


def test_a_record_that_another_log_releases_is_known_from_the_countersignature_over_that_log() -> None:
    kept_home = entry("pk:0", incident(), release=OWN)
    released = entry("pk.2:0", ReleaseAct(record="pk:0", release=JOINT), at=T0 + 10)
    for order in ([kept_home, released], [released, kept_home]):
        whole = picture(*order)
        past = Replay(whole)
        assert done(past.make("ir", (T0 + 90) * US)).held("pk:0") is None
        whole.apply(Witnessed("pk.2", 1, "ir", T0 + 60))
        assert done(past.make("ir", (T0 + 90) * US)).held("pk:0") is not None
        assert done(past.make("ir", (T0 + 50) * US)).held("pk:0") is None


def test_too_much_for_one_look_is_refused_and_old_pictures_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Picture = picture(*(entry(f"pk:{n}", incident(), at=T0 + n) for n in range(6)))
    past = Replay(whole)
    monkeypatch.setattr(replay, "KEPT_RECORDS", 5)
    for second in (5, 3, 1):
        done(past.make("pk", (T0 + second) * US))
    assert sum(one.records for one in past._kept) <= 6
    monkeypatch.setattr(replay, "MAX_RECORDS", 2)
    with pytest.raises(Refused):
        done(past.make("pk", (T0 + 5) * US))
