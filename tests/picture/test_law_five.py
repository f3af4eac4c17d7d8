"""Law 5: the same records give the same picture, to the byte, in any order, as often as they come."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings

from picture_cast import Item, agreed, entry, incident, picture, report, words
from picture_histories import histories, seeds
from sarhad.picture import Picture, Witnessed
from sarhad.wire.errors import VerificationError
from sarhad.wire.record import Record


@settings(max_examples=150, deadline=None)
@given(histories, seeds)
def test_any_order_and_any_duplication_give_the_same_picture(items: list[Item], seed: int) -> None:
    random = Random(seed)
    shuffled = items + random.choices(items, k=len(items) // 2)
    random.shuffle(shuffled)
    assert picture(*shuffled).to_bytes() == picture(*items).to_bytes()


@settings(max_examples=60, deadline=None)
@given(histories, seeds)
def test_looking_in_between_changes_nothing_and_every_look_equals_a_fold_from_scratch(
    items: list[Item], seed: int
) -> None:
    random = Random(seed)
    shuffled = random.sample(items, len(items))
    growing = Picture()
    held: list[Item] = []
    for item in shuffled:
        growing.apply(item)
        held.append(item)
        if random.random() < 0.3:
            assert growing.to_bytes() == picture(*held).to_bytes()
    assert growing.to_bytes() == picture(*items).to_bytes()


@settings(max_examples=60, deadline=None)
@given(histories, seeds)
def test_warming_by_steps_while_records_arrive_changes_nothing(items: list[Item], seed: int) -> None:
    random = Random(seed)
    growing = Picture()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sarhad.picture.warming.VIEWS", 1)
        patch.setattr("sarhad.picture.warming.TEXTS", 1)
        warming = growing.warm()
        for item in random.sample(items, len(items)):
            growing.apply(item)
            if random.random() < 0.5:
                next(warming, None)
        for _ in warming:
            pass
    assert growing.to_bytes() == picture(*items).to_bytes()


@settings(max_examples=60, deadline=None)
@given(histories, seeds)
def test_applying_again_changes_no_subject(items: list[Item], seed: int) -> None:
    made = picture(*Random(seed).sample(items, len(items)))
    assert [made.apply(item) for item in items] == [frozenset()] * len(items)


@settings(max_examples=60, deadline=None)
@given(histories, seeds)
def test_every_view_that_changes_is_among_the_subjects_named(items: list[Item], seed: int) -> None:
    made = Picture()
    shown = looks(made, items)
    for item in Random(seed).sample(items, len(items)):
        subjects = made.apply(item)
        now = looks(made, items)
        for subject, (log, view) in now.items():
            if view != shown[subject][1]:
                named = subject in subjects or f"log/{log}" in subjects
                named = named or (isinstance(item, Witnessed) and subject.startswith("record/"))
                named = named or (subject.startswith("item/") and "items" in subjects)
                assert named, (subject, item, subjects)
        shown = now


def looks(made: Picture, items: list[Item]) -> dict[str, tuple[str, object]]:
    """Return every view that has a subject of its own."""
    refs = [(item.ref, item.log) for item in items if isinstance(item, Record)]
    views: dict[str, tuple[str, object]] = {}
    owed = [*made.items(None), *made.items("drill")]
    for ref, log in refs:
        views[f"record/{ref}"] = (log, made.record(ref))
        views[f"incident/{ref}"] = ("", made.incident(ref))
        views[f"item/{ref}"] = ("", [item for item in owed if item.ref == ref])
    views["ground"] = ("", (made.ground(None), made.ground("drill")))
    return views


@settings(max_examples=60, deadline=None)
@given(histories)
def test_a_node_that_holds_only_what_it_may_read_shares_the_same_picture(items: list[Item]) -> None:
    both = frozenset({"ir", "pk"})
    shared = []
    for party, partner in (("ir", "pk"), ("pk", "ir")):
        whole = picture(*items)
        held = [
            item
            for item in items
            if isinstance(item, Witnessed)
            or item.party == party
            or (item.party == partner and party in whole.readers(item.ref, frozenset({party})))
            or (item.party == "af" and party in whole.readers(item.ref, frozenset({"ir", "pk"})))
        ]
        shared.append(picture(*held).shared_bytes(both))
    assert shared[0] == shared[1]


def test_two_bodies_at_one_place_are_refused() -> None:
    made = picture(entry("ir:0", incident()))
    with pytest.raises(VerificationError):
        made.apply(entry("ir:0", incident("another")))


def test_a_part_of_the_picture_is_the_picture_of_that_part() -> None:
    items = [*agreed(), entry("ir:1", incident()), entry("pk:1", report("ir:1", text=words("ours")))]
    only_ir = picture(*items).to_bytes(lambda record: record.party == "ir")
    assert only_ir == picture(*(i for i in items if getattr(i, "party", "") == "ir")).to_bytes()


@settings(max_examples=60, deadline=None)
@given(histories, seeds)
def test_what_is_shared_is_the_same_however_often_it_was_looked_at_between(items: list[Item], seed: int) -> None:
    random = Random(seed)
    looked, once = Picture(), Picture()
    parties = [frozenset({"ir", "pk"}), frozenset({"ir", "pk", "af"})]
    for item in random.sample(items, len(items)):
        looked.apply(item)
        if random.random() < 0.3:
            looked.share(random.choice(parties), random.choice((1, 3, None)))
    for item in items:
        once.apply(item)
    for both in parties:
        assert looked.shared_bytes(both) == once.shared_bytes(both)
