"""Clocks: they start at proved delivery, and only brackets judge them."""

from __future__ import annotations

from typing import Literal

import pytest

from picture_cast import T0, US, Item, acknowledged, agreed, correction, entry, incident, picture, terms, words
from sarhad.picture import Picture, Witnessed
from sarhad.picture.views import ItemView
from sarhad.wire.kinds import Agreement, Answer, Recall, RecallAnswer, ReleaseAct, Request, Tasking, Unit, Warn
from sarhad.wire.record import Record
from sarhad.wire.values import JOINT, OWN, Names, Range, Release, Seen, named

Urgency = Literal["flash", "routine", "priority"]


def warning(urgency: Urgency = "flash", release: Release = JOINT, about: str | None = None) -> Record:
    return entry("pk:1", Warn(to="ir", urgency=urgency, text=words("car bomb"), about=about), release=release)


DELIVERED = Witnessed("pk", 2, "ir", T0 + 10)


def item(*items: Item, now: int = T0 + 20, party: str = "ir") -> ItemView:
    (found,) = picture(*items).inbox(party, now * US)
    return found


def test_nothing_runs_before_delivery() -> None:
    waiting = item(*agreed(), warning())
    assert (waiting.state, waiting.due_us, waiting.delivered_s) == ("waiting-delivery", None, None)


def test_the_clock_starts_at_the_receivers_countersignature() -> None:
    open_item = item(*agreed(300), warning(), DELIVERED)
    assert open_item.state == "open"
    assert open_item.due_us == (T0 + 310) * US
    assert open_item.left_s == 290
    assert open_item.direction == "owed-by-us"


def test_the_asking_side_sees_the_same_deadline_as_owed_to_it() -> None:
    theirs = item(*agreed(300), warning(), DELIVERED, party="pk")
    assert (theirs.direction, theirs.due_us) == ("owed-to-us", (T0 + 310) * US)


def test_past_the_deadline_it_is_overdue_with_negative_seconds_left() -> None:
    over = item(*agreed(300), warning(), DELIVERED, now=T0 + 400)
    assert (over.state, over.late, over.left_s) == ("overdue", True, -90)


def test_without_terms_in_force_no_deadline_is_invented() -> None:
    alone = item(entry("ir:0", Agreement(terms=terms())), warning(), DELIVERED)
    assert (alone.state, alone.due_us, alone.agreement) == ("no-agreement", None, None)


def test_terms_signed_later_change_no_deadline_that_is_running() -> None:
    renewed = [
        entry("pk:5", Agreement(terms=terms(9_000))),
        entry("ir:5", Agreement(terms=terms(9_000), accepts="pk:5")),
    ]
    kept = item(*agreed(300), warning(), DELIVERED, *renewed)
    assert kept.due_us == (T0 + 310) * US
    assert kept.agreement == "ir:0"


def test_what_was_written_before_the_author_signed_terms_has_no_deadline() -> None:
    late = [
        entry("pk:5", Agreement(terms=terms())),
        entry("ir:5", Agreement(terms=terms(), accepts="pk:5")),
    ]
    assert item(*late, warning(), DELIVERED).state == "no-agreement"


def test_an_urgency_that_the_terms_do_not_name_has_no_deadline() -> None:
    free = item(*agreed(), warning("priority"), DELIVERED)
    assert (free.acknowledge.state, free.due_us) == ("no-deadline", None)


@pytest.mark.parametrize(
    ("seen_at", "countersigned", "word"),
    [(None, T0 + 60, "met"), (None, T0 + 900, "unproven"), (T0 + 800, T0 + 900, "late"), (None, None, "unproven")],
)
def test_met_or_late_only_when_the_bracket_proves_it(seen_at: int | None, countersigned: int | None, word: str) -> None:
    seen = () if seen_at is None else (Seen(log="pk", size=5, root="0" * 64),)
    facts: list[Item] = [] if seen_at is None else [Witnessed("pk", 5, "pk", seen_at)]
    facts += [] if countersigned is None else [Witnessed("ir", 2, "pk", countersigned)]
    receipt = entry("ir:1", acknowledged("pk", (1, 1)), at=T0 + 30, seen=seen)
    done = item(*agreed(300), warning(), DELIVERED, receipt, *facts)
    assert (done.state, done.settled, done.acknowledge.state) == ("acknowledged", True, word)


def test_a_record_released_later_is_delivered_with_its_release_not_with_its_commitment() -> None:
    act = entry("pk:7", ReleaseAct(record="pk:1", release=named("ir")))
    kept = [*agreed(300), warning(release=OWN), DELIVERED]
    assert item(*kept).state == "not-released"
    assert item(*kept, act).state == "waiting-delivery"
    assert item(*kept, act, Witnessed("pk", 8, "ir", T0 + 500)).delivered_s == T0 + 500


def test_an_answer_acknowledges_too_and_a_refusal_is_declined() -> None:
    ask = entry("pk:1", Request(to="ir", urgency="flash", asks="act", text=words()))
    no = entry("ir:1", Answer(of="pk:1", outcome="refuse", text=words("no")))
    done = item(*agreed(), ask, DELIVERED, no, Witnessed("ir", 2, "pk", T0 + 40))
    assert done.answer is not None
    assert (done.state, done.acknowledge.state, done.answer.state) == ("declined", "met", "met")
    assert done.answer.took_s == 30


def test_an_acknowledged_request_still_owes_its_answer() -> None:
    ask = entry("pk:1", Request(to="ir", urgency="flash", asks="act", text=words()))
    half = [*agreed(300), ask, DELIVERED, entry("ir:1", acknowledged("pk", (1, 1)))]
    assert (item(*half).state, item(*half).due_us) == ("acknowledged", (T0 + 910) * US)
    assert item(*half, now=T0 + 2000).state == "overdue"


def test_a_third_party_neither_acknowledges_nor_answers_for_the_addressee() -> None:
    strangers = [
        entry("af:0", acknowledged("pk", (1, 1))),
        entry("af:1", Answer(of="pk:1", outcome="done", text=words())),
    ]
    made = picture(*agreed(), warning(), DELIVERED, *strangers)
    (one,) = made.inbox("ir", (T0 + 20) * US)
    view = made.record("pk:1")
    assert one.state == "open"
    assert view is not None
    assert [(d.ref, d.reason) for d in view.disregards] == [("af:1", "not-addressed")]
    assert [r.party for r in view.receipts] == ["af"]


def test_a_recalled_warning_owes_nothing_and_the_recall_owes_an_answer() -> None:
    recall = entry("pk:2", Recall(record="pk:1", reason=words("wrong place")))
    made = picture(*agreed(), warning(), recall, DELIVERED)
    assert [(i.ref, i.state, i.settled) for i in made.inbox("ir", (T0 + 20) * US)] == [
        ("pk:2", "waiting-delivery", False),
        ("pk:1", "recalled", True),
    ]
    made.apply(entry("ir:1", RecallAnswer(recall="pk:2", complied=False)))
    view = made.record("pk:1")
    assert view is not None
    assert view.recall is not None
    assert [a.complied for a in view.recall.answers] == [False]


def test_a_correction_may_not_move_the_clock() -> None:
    slower = Warn(to="ir", urgency="routine", text=words("no hurry"))
    moved = correction("pk:1", slower)
    one = item(*agreed(300), warning(), DELIVERED, entry("pk:2", moved))
    assert (one.urgency, one.text) == ("flash", words("car bomb"))


def test_a_claimed_time_outside_its_bracket_is_flagged() -> None:
    made = picture(entry("ir:0", incident(), at=T0 + 1000), Witnessed("ir", 1, "pk", T0))
    view = made.record("ir:0")
    assert view is not None
    assert view.bracket.backdated


def test_statistics_count_from_countersigned_times_only() -> None:
    made = folded_with_arrival()
    (ours,) = made.statistics(None, (T0 + 5000) * US)
    assert (ours.party, ours.asker) == ("ir", "pk")
    steps = {s.step: s for s in ours.steps}
    assert (steps["acknowledge"].median_s, steps["acknowledge"].met) == (50, 1)
    assert (steps["arrive"].measured, steps["arrive"].p90_s) == (1, 190)


def folded_with_arrival() -> Picture:
    unit = Unit(code="R1", names=Names(en="R1"), unit_kind="reaction", strength=Range(low=1, best=2, high=3))
    return picture(
        *agreed(300),
        entry("ir:1", incident()),
        entry("ir:2", unit),
        warning(about="ir:1"),
        DELIVERED,
        entry("ir:3", acknowledged("pk", (1, 1))),
        entry("ir:4", Tasking(unit="ir:2", incident="ir:1", status="arrived")),
        Witnessed("ir", 4, "pk", T0 + 60),
        Witnessed("ir", 5, "pk", T0 + 200),
    )
