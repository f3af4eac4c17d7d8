"""What records come to mean: side by side, corrected, recalled, released, and never mixed with a drill."""

from __future__ import annotations

from typing import Literal

import pytest

from picture_cast import (
    T0,
    US,
    agreed,
    correction,
    entry,
    incident,
    killed,
    moment,
    picture,
    place,
    report,
    unchecked,
    words,
)
from sarhad.picture.views import RecordFilter
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import (
    Crossing,
    Denial,
    Note,
    Recall,
    ReleaseAct,
    Resumption,
    Suspension,
    Unit,
    UnitStatus,
    Warn,
    ZoneNotice,
)
from sarhad.wire.values import OWN, PUBLIC, Names, Range, Release, named

BOTH = frozenset({"ir", "pk"})


def unit() -> Unit:
    return Unit(code="R1", names=Names(en="R1"), unit_kind="reaction", strength=Range(low=1, best=2, high=3))


def crossing(status: Literal["open", "closed"]) -> Crossing:
    return Crossing(code="C1", names=Names(en="C1"), place=place(), modes=("road",), status=status)


def test_two_numbers_stand_side_by_side_until_they_agree() -> None:
    ours, theirs = (
        entry("ir:1", report("ir:0", casualties=killed(27))),
        entry("pk:0", report("ir:0", casualties=killed(14))),
    )
    made = picture(theirs, ours, entry("ir:0", incident()))
    view = made.incident("ir:0")
    assert view is not None
    assert [by.party for by in view.statements] == ["ir", "pk"]
    (differing,) = [f for f in view.contradictions if f.field == "killed"]
    assert [(s.party, s.number.best) for s in differing.stated if s.number is not None] == [("ir", 27), ("pk", 14)]
    made.apply(entry("pk:1", correction("pk:0", report("ir:0", casualties=killed(27)))))
    view = made.incident("ir:0")
    assert view is not None
    assert "killed" in {f.field for f in view.agreed}


def test_what_only_one_party_states_is_neither_agreed_nor_contradicted() -> None:
    view = picture(entry("ir:0", incident())).incident("ir:0")
    assert view is not None
    assert (view.agreed, view.contradictions) == ((), ())


def test_a_recalled_statement_no_longer_contradicts() -> None:
    made = picture(
        entry("ir:0", incident()),
        entry("ir:1", report("ir:0", casualties=killed(27))),
        entry("pk:0", report("ir:0", casualties=killed(14))),
        entry("pk:1", Recall(record="pk:0", reason=words("not confirmed"))),
    )
    view = made.incident("ir:0")
    assert view is not None
    assert view.contradictions == ()
    assert view.statements[1].statements[0].recalled == "asked"


def test_a_denial_of_a_report_is_shown_at_its_incident() -> None:
    made = picture(
        entry("pk:5", Denial(of="ir:1", text=words("not so"))), entry("ir:1", report("ir:0")), entry("ir:0", incident())
    )
    view = made.incident("ir:0")
    assert view is not None
    assert [(r.kind, r.of, r.party) for r in view.remarks] == [("denial", "ir:1", "pk")]
    assert view.statements[0].statements[1].denied_by == ("pk",)


def test_a_drill_never_means_anything_to_what_is_live() -> None:
    made = picture(entry("ir:0", incident()), entry("pk:0", report("ir:0"), exercise="drill"))
    view = made.incident("ir:0")
    assert view is not None
    assert len(view.statements) == 1
    assert [d.reason for d in view.disregards] == ["other-exercise"]
    assert made.incidents("drill") == []
    assert made.records(RecordFilter()).total == 1


def test_the_ground_is_seen_in_a_drill_and_a_drill_does_not_change_it() -> None:
    made = picture(entry("ir:0", crossing("open")), entry("ir:1", crossing("closed"), exercise="drill"))
    assert [c.status for c in made.ground().crossings] == ["open"]
    assert [c.status for c in made.ground("drill").crossings] == ["closed"]
    assert [c.status for c in made.ground("other").crossings] == ["open"]


def test_a_later_log_of_a_party_replaces_what_its_earlier_log_said() -> None:
    made = picture(entry("ir.2:0", crossing("closed")), entry("ir:900", crossing("open")))
    assert [c.ref for c in made.ground().crossings] == ["ir.2:0"]


def test_the_last_status_is_of_the_latest_time_not_of_the_latest_record() -> None:
    newer = UnitStatus(unit="ir:0", status="on-scene", as_of=moment(T0 + 60), place=place())
    older = UnitStatus(unit="ir:0", status="available", as_of=moment(T0))
    made = picture(entry("ir:2", older), entry("ir:1", newer), entry("ir:0", unit()))
    (one,) = made.ground().units
    assert one.last is not None
    assert (one.last.status, one.place) == ("on-scene", place())


@pytest.mark.parametrize(
    "marking", [OWN, Release(to="named"), Release(to="everyone"), Release(to="joint", parties=("pk",))]
)
def test_an_unknown_or_contradictory_marking_lets_nobody_read(marking: Release) -> None:
    made = picture(entry("ir:0", incident()))
    record = made.held("ir:0")
    assert record is not None
    assert made.readers("ir:0", frozenset({"pk"})) == {"pk"}
    assert made.readers("ir:99", frozenset({"pk"})) == frozenset()
    assert picture(unchecked("ir:0", incident(), release=marking)).readers("ir:0", frozenset({"pk"})) == frozenset()


def test_only_the_authors_release_widens() -> None:
    kept = entry("ir:0", incident(), release=OWN)
    made = picture(kept, entry("ir:1", ReleaseAct(record="ir:0", release=named("pk"))))
    assert made.readers("ir:0", frozenset({"pk", "af"})) == {"pk"}
    theirs = unchecked("pk:0", ReleaseAct(record="ir:0", release=PUBLIC))
    assert picture(kept, theirs).readers("ir:0", frozenset({"pk", "af"})) == frozenset()


def test_what_a_release_promises_and_never_came_is_withheld() -> None:
    made = picture(entry("ir:1", ReleaseAct(record="ir:0", release=named("pk"))))
    assert made.withheld("pk") == ["ir:0"]
    assert made.withheld("af") == []
    made.apply(entry("ir:0", incident(), release=OWN))
    assert made.withheld("pk") == []


def test_what_is_kept_home_is_not_in_the_shared_picture() -> None:
    shared = [*agreed(), entry("ir:1", incident())]
    kept = entry("ir:2", Note(text=words("between us")), release=OWN)
    assert picture(*shared, kept).shared_bytes(BOTH) == picture(*shared).shared_bytes(BOTH)


def test_a_resumption_that_came_first_ends_its_suspension() -> None:
    stop = entry("ir:3", Suspension(partner="pk", reason=words()))
    again = entry("ir:4", Resumption(partner="pk", suspension="ir:3"))
    made = picture(again)
    assert made.suspension("ir", "pk") is None
    made.apply(stop)
    assert made.suspension("ir", "pk") is None
    made.apply(entry("ir:5", Suspension(partner="pk", reason=words())))
    assert made.suspension("ir", "pk") == "ir:5"


def test_a_corrected_word_is_found_and_so_is_the_first() -> None:
    made = picture(
        entry("pk:1", Warn(to="ir", urgency="flash", text=words("white lorry"))),
        entry("pk:2", correction("pk:1", Warn(to="ir", urgency="flash", text=words("red lorry")))),
    )
    for query in ("white", "red lorry", "pk:1"):
        assert "pk:1" in [r.ref for r in made.records(RecordFilter(q=query, kinds=("warning",))).records]


def test_a_cursor_that_is_not_ours_is_refused() -> None:
    with pytest.raises(Refused):
        picture().records(RecordFilter(cursor="x"))
    with pytest.raises(Refused):
        picture().records(RecordFilter(limit=0))


def test_reading_a_notice_that_ended_is_left_to_the_time_asked_for() -> None:
    notice = ZoneNotice(activity="patrol", when=moment(T0), place=place(), text=words())
    made = picture(entry("ir:0", notice))
    assert len(made.ground(None, T0 * US).notices) == 1
    assert made.ground(None, (T0 + 1) * US).notices == ()
